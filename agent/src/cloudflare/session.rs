//! Whether a session still holds: the team tells by its identity page whose an org token is.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use usher_proto::{Secret, TeamDomain};

use super::edge::Edge;
use super::http::{Call, Head, Method};
use super::{EdgeError, cookie};

/// As cloudflared has it for the other question to the edge whether a token holds.
const LIMIT: Duration = Duration::from_secs(5);

const IDENTITY: &str = "/cdn-cgi/access/get-identity";

/// Asks the team.
///
/// # Errors
/// No answer, which says nothing about the session.
pub(super) async fn holds(edge: &Edge, team: &TeamDomain, org: &Secret) -> Result<bool, EdgeError> {
    let call = Call::new(Method::Get, super::page_of(team, IDENTITY), LIMIT);
    let Ok(call) = cookie::with_token(call, org) else { return Ok(false) };
    let mut reply = edge.http.make(call).await?;
    if !is_taken(&reply.head)? {
        return Ok(false);
    }
    let body = reply.body().await?;
    says(&body).ok_or_else(|| reply.head.untrusted("its identity page is none"))
}

/// Tells whether an answer may be somebody's identity.
fn is_taken(head: &Head) -> Result<bool, EdgeError> {
    match head.status() {
        200 => Ok(true),
        408 | 429 | 500.. => Err(head.unexpected()),
        _ => Ok(false),
    }
}

/// Reads what the page says; nothing if it is no such page. It may be an error for all its status.
fn says(body: &[u8]) -> Option<bool> {
    #[derive(Deserialize)]
    struct Page {
        err: Option<IgnoredAny>,
    }
    let page: Page = serde_json::from_slice(body).ok()?;
    Some(page.err.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::error::Trouble;

    #[test]
    fn a_refusal_or_a_redirect_means_no() {
        let taken = |status| is_taken(&Head::sample("acme.cloudflareaccess.com", status, &[]));
        assert_eq!(taken(200), Ok(true));
        for status in [204, 302, 400, 401, 403, 404] {
            assert_eq!(taken(status), Ok(false), "{status}");
        }
        for status in [408, 429, 500, 502] {
            let host = "acme.cloudflareaccess.com".to_owned();
            assert_eq!(taken(status), Err(EdgeError::Network { host, trouble: Trouble::Status(status) }));
        }
    }

    #[test]
    fn only_an_identity_means_yes() {
        assert_eq!(says(br#"{"email":"ada@example.com","user_uuid":"x"}"#), Some(true));
        assert_eq!(says(br#"{"email":"ada@example.com","err":null}"#), Some(true));
        assert_eq!(says(br#"{"err":"no app token set"}"#), Some(false));
        for other in ["", "<html>", "[]", "null", "\"x\""] {
            assert_eq!(says(other.as_bytes()), None, "{other}");
        }
    }
}
