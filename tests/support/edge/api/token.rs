//! API tokens: a person's or an account's, each for one account's things.

use serde_json::{Value, json};

use super::account;
use super::permission::Permission;
use crate::edge::known::Issued;
use crate::edge::log::Carried;
use crate::edge::state::State;
use crate::edge::text::{self, api_date};

/// An API token.
#[derive(Debug, Clone)]
pub(in crate::edge) struct ApiToken {
    pub(in crate::edge) id: String,
    pub(in crate::edge) value: String,
    pub(in crate::edge) name: String,
    /// The account whose things it is for.
    pub(in crate::edge) account: String,
    /// It is the account's own, and no person's.
    pub(in crate::edge) of_account: bool,
    pub(in crate::edge) permissions: Vec<Permission>,
    /// Its owner has switched it off.
    pub(in crate::edge) disabled: bool,
    /// When it was made and when it ends, in seconds since 1970.
    pub(in crate::edge) issued: i64,
    pub(in crate::edge) expires: Option<i64>,
}

/// Whether an API token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::edge) enum Status {
    Active,
    Disabled,
    Expired,
}

impl ApiToken {
    pub(in crate::edge) fn status(&self, now: i64) -> Status {
        match self {
            _ if self.disabled => Status::Disabled,
            _ if self.expires.is_some_and(|end| end <= now) => Status::Expired,
            _ => Status::Active,
        }
    }

    /// Tells the status in the API's words.
    pub(in crate::edge) fn status_text(&self, now: i64) -> &'static str {
        match self.status(now) {
            Status::Active => "active",
            Status::Disabled => "disabled",
            Status::Expired => "expired",
        }
    }

    /// Tells whether it is of the FedRAMP region.
    pub(in crate::edge) fn is_fedramp(&self) -> bool {
        account::by_id(&self.account).is_some_and(|account| account.is_fedramp())
    }

    /// Shows what the API tells of it: all but the value.
    pub(in crate::edge) fn public(&self, now: i64) -> Value {
        let issued = api_date(self.issued);
        json!({
            "id": self.id, "name": self.name, "status": self.status_text(now), "issued_on": issued,
            "modified_on": issued, "last_used_on": null, "expires_on": self.expires.map(api_date),
            "policies": [{"effect": "allow", "permission_groups": [], "resources": {}}],
        })
    }
}

impl State {
    /// Makes a token for the things of a team's account.
    pub(in crate::edge) fn add_api_token(
        &mut self,
        name: &str,
        team: &str,
        of_account: bool,
        permissions: &[Permission],
        now: i64,
    ) -> ApiToken {
        let token = ApiToken {
            id: text::id(&self.fresh("api token id")),
            value: self.fresh_value(team, of_account),
            name: name.to_owned(),
            account: account::of_team(team).id,
            of_account,
            permissions: permissions.to_vec(),
            disabled: false,
            issued: now,
            expires: None,
        };
        self.api_tokens.push(token.clone());
        token
    }

    /// Makes a value for an API token, in the form that Cloudflare gives them now.
    pub(in crate::edge) fn fresh_value(&mut self, team: &str, of_account: bool) -> String {
        let prefix = if of_account { "cfat" } else { "cfut" };
        let value = format!("{prefix}_{}", &self.fresh("api token")[..48]);
        self.issued.insert(value.clone(), Issued::of(Carried::ApiToken, team));
        value
    }
}
