//! What is asked about Access applications and persons: which there are, and the end of their sessions.

use serde_json::{Value, json};

use super::{account, envelope};
use crate::edge::answer::Answer;
use crate::edge::app::App;
use crate::edge::case::Case;

/// Lists an account's applications.
pub(in crate::edge) fn list(case: &Case<'_>, account: &str) -> Answer {
    let is = |name: &str, value: &str| case.asked.parameter(name).is_none_or(|wanted| wanted == value);
    let theirs = case.state.apps.iter().filter(|app| is_of(app, account));
    let wanted = theirs.filter(|app| is("aud", &app.audience) && is("domain", app.covers.as_str()));
    envelope::list(case.asked, wanted.map(public).collect())
}

/// Ends all sessions at an application.
pub(in crate::edge) fn revoke_tokens(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let mut apps = case.state.apps.iter().filter(|app| is_of(app, account));
    let Some(app) = apps.find(|app| app.api_id() == id) else {
        return envelope::failed(404, 12_130, "access.api.error.not_found");
    };
    let audience = Some(app.audience.clone());
    case.state.revoke(|issued| issued.audience == audience);
    envelope::done_shortly(202, json!({}))
}

/// Ends all sessions of a person. That a person cannot log in for a minute then is left out.
pub(in crate::edge) fn revoke_user(case: &mut Case<'_>, account: &str) -> Answer {
    let body: Value = serde_json::from_slice(&case.asked.body).unwrap_or_default();
    let Some(email) = body["email"].as_str() else {
        return envelope::failed(400, 12_130, "access.api.error.invalid_request");
    };
    let team = account::by_id(account).map(|account| account.team);
    case.state.revoke(|issued| issued.email.as_deref() == Some(email) && Some(&*issued.team) == team);
    envelope::done_shortly(200, true.into())
}

fn is_of(app: &App, account: &str) -> bool {
    account::of_team(&app.settings.team).id == account
}

fn public(app: &App) -> Value {
    json!({
        "id": app.api_id(), "uid": app.api_id(), "aud": app.audience, "name": app.covers.as_str(),
        "type": "self_hosted", "domain": app.covers.as_str(),
        "destinations": [{"type": "public", "uri": app.covers.as_str()}],
        "session_duration": format!("{}s", app.settings.token_life),
        "read_service_tokens_from_header": app.settings.service_token_header,
        "enable_binding_cookie": app.settings.binding_cookie, "allowed_idps": [], "policies": [],
    })
}
