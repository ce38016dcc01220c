//! What Cloudflare's API did not do, in the words of the wire.

use std::time::Duration;

use usher_proto::{Code, Kind, Refusal};

use super::{edge, span};
use crate::cloudflare::api::ApiError;

/// Tells why the API did not do what it was asked with a credential of this kind.
pub(super) fn words(with: Kind, error: ApiError) -> Refusal {
    let (what, again) = (with.words(), again(with));
    match error {
        ApiError::Edge(error) => edge::words(error),
        ApiError::Unauthorized { permission } => Refusal::new(
            Code::NoPermission,
            format!("Cloudflare refuses the {what}: it lacks the permission \"{permission}\", or has ended"),
            again,
        ),
        ApiError::BadToken => {
            Refusal::new(Code::NoPermission, format!("Cloudflare does not take the {what} any more"), again)
        }
        ApiError::NotFound => Refusal::new(
            Code::NotFound,
            "Cloudflare has no such thing in this account",
            "it may have been deleted there",
        ),
        ApiError::Conflict => Refusal::new(
            Code::Denied,
            "something at Cloudflare is in the way of this",
            "see in the dashboard what is connected, or has the name already",
        ),
        ApiError::RateLimited { after } => Refusal::new(
            Code::Network,
            "Cloudflare was asked too much in a short time, and takes no more for now",
            match after {
                Some(after) => format!("try again in {}", span(seconds(after))),
                None => "try again in five minutes".to_owned(),
            },
        ),
        ApiError::Refused { status, code } => {
            let code = code.map(|code| format!(" and code {code}")).unwrap_or_default();
            Refusal::new(
                Code::Network,
                format!("Cloudflare's API answered with status {status}{code}"),
                "try again later",
            )
        }
        ApiError::NotUnderstood(why) => Refusal::new(
            Code::Untrusted,
            format!("what Cloudflare's API answered is not understood: {why}"),
            "something between here and Cloudflare may have answered in its place; nothing was kept",
        ),
        ApiError::AnswerLost => Refusal::new(
            Code::Uncertain,
            "the answer of Cloudflare's API was lost, and whether it was done is not known",
            "see in the dashboard, and ask again",
        ),
        ApiError::Unsendable(why) => Refusal::new(
            Code::BadRequest,
            format!("Cloudflare's API cannot be asked for that: {why}"),
            "look at what was given",
        ),
    }
}

fn again(with: Kind) -> &'static str {
    match with {
        Kind::AccountCert => "`usher tunnel login` brings a new one, if you may manage the account's tunnels",
        _ => "make one that may do this in the dashboard, and take it in with `usher import --stdin`",
    }
}

/// Rounds up: who comes a moment too early is refused again.
fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX)
}
