//! The list of the accounts that a token may see.

use serde_json::json;

use super::token::ApiToken;
use super::{account, envelope};
use crate::edge::answer::Answer;
use crate::edge::case::Case;

/// Lists them.
pub(in crate::edge) fn list(case: &Case<'_>, token: &ApiToken) -> Answer {
    let seen = account::all().into_iter().filter(|account| account.id == token.account);
    let seen = seen.map(|account| {
        json!({
            "id": account.id, "name": account.name, "type": "standard",
            "settings": {"enforce_twofactor": false}, "created_on": "2020-01-01T00:00:00.000000Z",
        })
    });
    envelope::list(case.asked, seen.collect())
}
