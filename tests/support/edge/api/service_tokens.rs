//! What is asked about service tokens.

use serde_json::{Value, json};

use super::{account, envelope};
use crate::edge::answer::Answer;
use crate::edge::case::Case;
use crate::edge::known::{Issued, KnownServiceToken};
use crate::edge::log::Carried;
use crate::edge::text::{api_date, read_api_date};

/// Lists an account's service tokens.
pub(in crate::edge) fn list(case: &Case<'_>, account: &str) -> Answer {
    let theirs = case.state.service_tokens.iter().filter(|known| is_of(known, account));
    envelope::list(case.asked, theirs.map(public).collect())
}

/// Gives one another secret. The one from before ends at once, or when that is wanted.
pub(in crate::edge) fn rotate(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let body: Value = serde_json::from_slice(&case.asked.body).unwrap_or_default();
    let until = match &body["previous_client_secret_expires_at"] {
        Value::Null => None,
        given => match given.as_str().and_then(read_api_date) {
            Some(until) => Some(until),
            None => return envelope::failed(400, 12_130, "access.api.error.invalid_request"),
        },
    };
    let secret = format!("cfast_{}", &case.state.fresh("client secret")[..48]);
    let Some(known) = found(case, account, id) else { return missing() };
    let old = std::mem::replace(&mut known.token.secret, secret.clone());
    known.previous = until.map(|until| (old, until));
    let team = known.token.team.clone();
    let mut rotated = public(known);
    rotated["client_secret"] = secret.clone().into();
    case.state.issued.insert(secret, Issued::of(Carried::ServiceSecret, &team));
    envelope::done(rotated)
}

/// Deletes one.
pub(in crate::edge) fn delete(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let Some(deleted) = found(case, account, id).map(|known| public(known)) else { return missing() };
    case.state.service_tokens.retain(|known| known.token.api_id() != id);
    envelope::done(deleted)
}

fn found<'a>(case: &'a mut Case<'_>, account: &str, id: &str) -> Option<&'a mut KnownServiceToken> {
    let mut all = case.state.service_tokens.iter_mut();
    all.find(|known| is_of(known, account) && known.token.api_id() == id)
}

fn is_of(known: &KnownServiceToken, account: &str) -> bool {
    account::of_team(&known.token.team).id == account
}

fn public(known: &KnownServiceToken) -> Value {
    json!({
        "id": known.token.api_id(), "client_id": known.token.id, "name": format!("for {}", known.token.team),
        "duration": "8760h", "expires_at": api_date(known.expires), "created_at": api_date(known.created),
        "updated_at": api_date(known.created), "last_seen_at": null,
    })
}

fn missing() -> Answer {
    envelope::failed(404, 12_130, "access.api.error.not_found")
}
