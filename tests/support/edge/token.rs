//! Tokens: what they say, when they are good, and when they are taken back.

use serde_json::{Value, json};

use super::app::App;
use super::fault::Fault;
use super::faults::Faults;
use super::forgery::{Forgery, sign};
use super::known::Issued;
use super::log::Carried;
use super::state::State;
use super::text::{http_date, uuid};

impl State {
    /// Gives out a person's token for an application.
    pub(super) fn app_token(&mut self, app: &App, email: &str, at: i64, forgeries: &[&Forgery]) -> String {
        let mut claims = self.common_claims(app, at);
        claims["email"] = email.into();
        claims["nbf"] = at.into();
        claims["identity_nonce"] = self.fresh("nonce")[..16].into();
        claims["sub"] = uuid(email).into();
        claims["country"] = "XX".into();
        self.issue(Carried::AppToken, app, Some(email), claims, forgeries)
    }

    /// Gives out the token that a service token is exchanged for.
    pub(super) fn service_jwt(&mut self, app: &App, id: &str, at: i64, forgeries: &[&Forgery]) -> String {
        let mut claims = self.common_claims(app, at);
        claims["common_name"] = id.into();
        claims["sub"] = "".into();
        // Nothing in such a token differs from one to the next within a second, so this does.
        claims["jti"] = self.fresh("nonce")[..16].into();
        self.issue(Carried::AppToken, app, None, claims, forgeries)
    }

    /// Gives out a person's token for the team of an application.
    pub(super) fn org_token(&mut self, app: &App, email: &str, at: i64, forgeries: &[&Forgery]) -> String {
        let nonce = self.fresh("nonce")[..16].to_owned();
        let team = self.team_of(app);
        let claims = json!({
            "type": "org", "aud": [team.audience()], "iss": team.issuer(), "email": email, "sub": uuid(email),
            "iat": at, "nbf": at, "exp": at + self.settings.org_token_life, "identity_nonce": nonce,
        });
        self.issue(Carried::OrgToken, app, Some(email), claims, forgeries)
    }

    /// Signs something that is no secret.
    pub(super) fn signed(&self, app: &App, claims: Value, forgeries: &[&Forgery]) -> String {
        let key_of = |team: &str| self.team(team).expect("a known team").key();
        sign(&self.team_of(app).key(), claims, forgeries, key_of)
    }

    fn common_claims(&self, app: &App, at: i64) -> Value {
        let audience = match app.settings.audience_as_text {
            true => app.audience.clone().into(),
            false => json!([app.audience]),
        };
        let issuer = self.team_of(app).issuer();
        json!({"type": "app", "aud": audience, "iss": issuer, "iat": at, "exp": at + app.settings.token_life})
    }

    fn issue(
        &mut self,
        what: Carried,
        app: &App,
        email: Option<&str>,
        claims: Value,
        forgeries: &[&Forgery],
    ) -> String {
        let token = self.signed(app, claims, forgeries);
        let issued = Issued {
            audience: (what == Carried::AppToken).then(|| app.audience.clone()),
            email: email.map(str::to_owned),
            ..Issued::of(what, &app.settings.team)
        };
        self.issued.insert(token.clone(), issued);
        token
    }

    /// Tells whether an app token opens an application now.
    pub(super) fn accepts(&self, app: &App, token: &str, now: i64) -> bool {
        let Some(claims) = self.team_of(app).read(token, now) else { return false };
        let audience = &claims["aud"];
        let meant = audience == app.audience.as_str()
            || audience.as_array().is_some_and(|list| list.iter().any(|one| one == app.audience.as_str()));
        meant && claims["type"] == "app" && !self.is_revoked(token) && !app.settings.binding_cookie
    }

    /// Tells whose an org token is, if it holds now.
    pub(super) fn org_session(&self, team: &str, token: &str, now: i64) -> Option<String> {
        let claims = self.team(team)?.read(token, now)?;
        let holds = claims["type"] == "org" && !self.is_revoked(token);
        holds.then(|| claims["email"].as_str().map(str::to_owned)).flatten()
    }

    /// Takes secrets back.
    pub(super) fn revoke(&mut self, which: impl Fn(&Issued) -> bool) {
        self.issued.values_mut().filter(|issued| which(issued)).for_each(|issued| issued.revoked = true);
    }

    fn is_revoked(&self, token: &str) -> bool {
        self.issued.get(token).is_some_and(|issued| issued.revoked)
    }
}

/// Sets the cookie that holds a token until it ends.
pub(super) fn cookie(token: &str, ends: i64, faults: &Faults) -> String {
    let rest = "Path=/; Secure; HttpOnly; SameSite=None";
    if faults.has(|fault| matches!(fault, Fault::CookieDeleted)) {
        format!("CF_Authorization={token}; Expires={}; {rest}", http_date(1))
    } else if faults.has(|fault| matches!(fault, Fault::CookieWithoutExpires)) {
        format!("CF_Authorization={token}; {rest}")
    } else {
        format!("CF_Authorization={token}; Expires={}; {rest}", http_date(ends))
    }
}
