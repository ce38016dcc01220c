//! What the API said, in words.

use usher_proto::{Code, Refusal};

use crate::cloudflare::api::ApiError;

/// Puts it into words.
pub(super) fn api(error: ApiError) -> Refusal {
    match error {
        ApiError::Edge(error) => super::edge(error),
        ApiError::Unauthorized { permission } => Refusal::new(
            Code::NoPermission,
            format!("Cloudflare's API does not allow that: it takes the permission {permission}"),
            "use a certificate or an API token that has it",
        ),
        ApiError::BadToken => Refusal::new(
            Code::NoPermission,
            "Cloudflare's API does not take the certificate or API token any more",
            "get another one: `usher tunnel login`, or `usher import --kind api-token`",
        ),
        ApiError::NotFound => {
            Refusal::new(Code::NotFound, "the account has no such thing", "look at its name or id")
        }
        ApiError::Conflict => Refusal::new(
            Code::Network,
            "Cloudflare's API did not do it: something is in its way, such as a name that is taken or an open connection",
            "try again",
        ),
        ApiError::RateLimited { after } => Refusal::new(
            Code::Network,
            "Cloudflare's API was asked too much",
            match after {
                Some(after) => format!("try again in {} s", after.as_secs().max(1)),
                None => "try again in 5 min".to_owned(),
            },
        ),
        ApiError::Refused { status, code } => {
            let code = code.map(|code| format!(", code {code}")).unwrap_or_default();
            Refusal::new(
                Code::Network,
                format!("Cloudflare's API refused: status {status}{code}"),
                "try again later",
            )
        }
        ApiError::NotUnderstood(what) => Refusal::new(
            Code::Untrusted,
            format!("what Cloudflare's API answered is not understood: {what}"),
            "something between here and Cloudflare may have answered in its place",
        ),
        ApiError::AnswerLost => Refusal::new(
            Code::Uncertain,
            "the answer of Cloudflare's API was lost; it may have been done",
            "look in the dashboard before you try again",
        ),
        ApiError::Unsendable(why) => Refusal::new(Code::BadRequest, why, "look at what was given"),
    }
}
