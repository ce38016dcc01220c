//! What is asked about API tokens. A token sees those of its own owner.

use serde_json::{Value, json};

use super::token::ApiToken;
use super::{account, envelope};
use crate::edge::answer::Answer;
use crate::edge::case::Case;
use crate::edge::text::api_date;

/// Tells whether the token of the call lives.
pub(in crate::edge) fn verify(case: &Case<'_>, token: &ApiToken) -> Answer {
    let mut result = json!({"id": token.id, "status": token.status_text(case.now)});
    if let Some(end) = token.expires {
        result["expires_on"] = api_date(end).into();
    }
    let message = json!({"code": 10_000, "message": "This API Token is valid and active", "type": null});
    Answer::new(200).json(&json!({"success": true, "errors": [], "messages": [message], "result": result}))
}

/// Lists the tokens.
pub(in crate::edge) fn list(case: &Case<'_>, token: &ApiToken) -> Answer {
    let theirs = case.state.api_tokens.iter().filter(|other| is_beside(token, other));
    envelope::list(case.asked, theirs.map(|token| token.public(case.now)).collect())
}

/// Shows one.
pub(in crate::edge) fn one(case: &mut Case<'_>, token: &ApiToken, id: &str) -> Answer {
    let now = case.now;
    found(case, token, id).map_or_else(missing, |token| envelope::done(token.public(now)))
}

/// Gives one another value.
pub(in crate::edge) fn roll(case: &mut Case<'_>, token: &ApiToken, id: &str) -> Answer {
    if serde_json::from_slice::<Value>(&case.asked.body).ok() != Some(json!({})) {
        return envelope::failed(400, 1001, "Invalid request body");
    }
    if found(case, token, id).is_none() {
        return missing();
    }
    let team = account::by_id(&token.account).expect("a token is of an account").team;
    let value = case.state.fresh_value(team, token.of_account);
    if let Some(rolled) = found(case, token, id) {
        rolled.value.clone_from(&value);
    }
    envelope::done(value.into())
}

/// Deletes one.
pub(in crate::edge) fn delete(case: &mut Case<'_>, token: &ApiToken, id: &str) -> Answer {
    if found(case, token, id).is_none() {
        return missing();
    }
    case.state.api_tokens.retain(|other| other.id != id);
    envelope::done(json!({"id": id}))
}

fn found<'a>(case: &'a mut Case<'_>, token: &ApiToken, id: &str) -> Option<&'a mut ApiToken> {
    case.state.api_tokens.iter_mut().find(|other| other.id == id && is_beside(token, other))
}

/// Tells whether two tokens have one owner.
fn is_beside(token: &ApiToken, other: &ApiToken) -> bool {
    token.of_account == other.of_account && token.account == other.account
}

fn missing() -> Answer {
    envelope::failed(404, 1003, "API token not found")
}
