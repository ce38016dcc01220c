//! The hosts of the API: who asks, whether they may, and who answers.

use super::answer::Answer;
use super::api::call::{self, ApiCall, Parsed};
use super::api::{accounts, apps, bearer, connections, envelope, service_tokens, tokens, tunnels};
use super::case::Case;
use super::place::Where;
use super::state::State;

/// How many calls may be made in a window, and its length in seconds.
const QUOTA: usize = 1_200;
const WINDOW: u32 = 300;

/// Answers for every path of the host.
pub(super) fn answer(case: &mut Case<'_>) -> Answer {
    let asked = case.asked;
    let Parsed { call, account, id } = call::parse(&asked.method, &asked.path);
    let token = match bearer::token(case, call, account) {
        Ok(token) => token,
        Err(answer) => return answer,
    };
    let (account, id) = (account.unwrap_or_default(), id.unwrap_or_default());
    match call {
        ApiCall::Verify => tokens::verify(case, &token),
        ApiCall::Tokens => tokens::list(case, &token),
        ApiCall::Token => tokens::one(case, &token, id),
        ApiCall::RollToken => tokens::roll(case, &token, id),
        ApiCall::DeleteToken => tokens::delete(case, &token, id),
        ApiCall::Accounts => accounts::list(case, &token),
        ApiCall::Tunnels => tunnels::list(case, account),
        ApiCall::CreateTunnel => tunnels::create(case, account),
        ApiCall::Tunnel => tunnels::one(case, account, id),
        ApiCall::ChangeTunnel => tunnels::change(case, account, id),
        ApiCall::DeleteTunnel => tunnels::delete(case, account, id),
        ApiCall::TunnelToken => tunnels::token(case, account, id),
        ApiCall::Connections => connections::list(case, account, id),
        ApiCall::DropConnections => connections::cut(case, account, id),
        ApiCall::Apps => apps::list(case, account),
        ApiCall::RevokeAppTokens => apps::revoke_tokens(case, account, id),
        ApiCall::RevokeUser => apps::revoke_user(case, account),
        ApiCall::ServiceTokens => service_tokens::list(case, account),
        ApiCall::RotateServiceToken => service_tokens::rotate(case, account, id),
        ApiCall::DeleteServiceToken => service_tokens::delete(case, account, id),
        ApiCall::Unknown => {
            envelope::failed(404, 7003, "Could not route to that, perhaps the id is invalid?")
        }
    }
}

/// Says what is left of the window, as every answer does. No window ever ends here, and none is enforced.
pub(super) fn limited(answer: Answer, state: &State) -> Answer {
    let made = state.log.iter().filter(|entry| matches!(entry.part, Where::Api(_))).count();
    let left = QUOTA.saturating_sub(made);
    answer
        .with("ratelimit", &format!("\"default\";r={left};t={WINDOW}"))
        .with("ratelimit-policy", &format!("\"default\";q={QUOTA};w={WINDOW}"))
}
