//! Who asks, and whether they may.

use serde_json::json;

use super::call::ApiCall;
use super::permission::needed;
use super::token::{ApiToken, Status};
use super::{account, envelope};
use crate::edge::answer::Answer;
use crate::edge::case::Case;
use crate::edge::hosts::api_region;

/// Finds the token that a call carries, if it allows the call; otherwise the answer that says why not.
pub(in crate::edge) fn token(
    case: &Case<'_>,
    call: ApiCall,
    account: Option<&str>,
) -> Result<ApiToken, Answer> {
    let header = case.asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let value = header.filter(|value| !value.is_empty() && !value.contains(' ')).ok_or_else(malformed)?;
    let known = case.state.api_tokens.iter().find(|token| token.value == value);
    let here = known.filter(|token| Some(token.is_fedramp()) == api_region(case.asked.host()));
    if call == ApiCall::Verify {
        // Each kind of token has an address of its own to ask at.
        let here = here.filter(|token| token.of_account.then_some(&*token.account) == account);
        return here.cloned().ok_or_else(|| envelope::failed(401, 1000, "Invalid API Token"));
    }
    let token = here.ok_or_else(|| envelope::failed(403, 9109, "Invalid access token"))?;
    let needed = needed(call, account.is_some());
    let allowed = token.status(case.now) == Status::Active
        && account.is_none_or(|id| id == token.account && account::by_id(id).is_some())
        && (needed.is_empty() || needed.iter().any(|one| token.permissions.contains(one)));
    if allowed { Ok(token.clone()) } else { Err(envelope::failed(403, 10_000, "Authentication error")) }
}

fn malformed() -> Answer {
    let chain = json!([{"code": 6111, "message": "Invalid format for Authorization header"}]);
    let error = json!({"code": 6003, "message": "Invalid request headers", "error_chain": chain});
    envelope::refused(400, &json!([error]))
}
