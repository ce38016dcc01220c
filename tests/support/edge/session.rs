//! Who a token belongs to, and the end of a person's sessions.

use serde_json::{Value, json};

use super::answer::Answer;
use super::api::account;
use super::case::Case;
use super::text::uuid;

/// Tells whose the token in the cookie is.
pub(super) fn identity(case: &Case<'_>) -> Answer {
    match person(case) {
        Some((email, team)) => Answer::new(200).json(&json!({
            "email": email, "user_uuid": uuid(&email), "account_id": account::of_team(&team).id, "iat": case.now,
            "idp": {"id": uuid("idp"), "type": "onetimepin"}, "geo": {"country": "XX"},
            "service_token_status": false, "is_warp": false, "is_gateway": false, "version": 2,
        })),
        None => Answer::new(400).json(&json!({"err": "no app token set"})),
    }
}

/// Ends all sessions of the person in the cookie.
pub(super) fn log_out(case: &mut Case<'_>) -> Answer {
    if let Some((email, team)) = person(case) {
        case.state.revoke(|issued| issued.email.as_ref() == Some(&email) && issued.team == team);
    }
    Answer::new(200).html("<h1>You are logged out</h1>\n")
}

/// Reads the cookie: an org token at a team's host, an app token at an application's.
fn person(case: &Case<'_>) -> Option<(String, String)> {
    let token = case.asked.cookie("CF_Authorization")?;
    let issued = case.state.issued.get(token).filter(|issued| !issued.revoked)?;
    let claims: Value = case.state.team(&issued.team)?.read(token, case.now)?;
    Some((claims["email"].as_str()?.to_owned(), issued.team.clone()))
}
