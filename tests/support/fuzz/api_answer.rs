//! Any answer of the API. An input is in lines: the status, then `Retry-After`, then the body.

use std::time::Duration;

use usher_agent::cloudflare::api::ApiError;
use usher_agent::cloudflare::by_hand::Reply;

use super::input::line;
use super::{NOW, in_proportion};

/// Only a status of success is one, ids are ids, no secret is empty, and of an answer that is none
/// nothing is kept but numbers.
pub fn api_answer(bytes: &[u8]) {
    let (status, rest) = line(bytes);
    let (after, body) = line(rest);
    let status = status.trim().parse().unwrap_or(200);
    let reply = Reply::new("api.cloudflare.com", status, &[("retry-after", after.trim().as_bytes())]);
    in_proportion(bytes.len(), || {
        let fine = (200..300).contains(&status);
        match reply.tunnels(body, NOW) {
            Ok(tunnels) => {
                let is_id =
                    |id: &str| id.len() == 36 && id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
                assert!(fine && tunnels.iter().all(|tunnel| is_id(&tunnel.id)), "{tunnels:?}");
            }
            Err(error) => check(&error, status),
        }
        match reply.secret(body, NOW) {
            Ok(secret) => assert!(fine && secret.len() <= body.len(), "longer than what it came in"),
            Err(error) => check(&error, status),
        }
    });
}

fn check(error: &ApiError, status: u16) {
    let limited = matches!(error, ApiError::RateLimited { .. });
    assert_eq!(limited, status == 429, "{error:?}");
    assert!(error.retry_after().is_none_or(|after| limited && after >= Duration::ZERO), "{error:?}");
    let refused = matches!(error, ApiError::Refused { status: told, .. } if *told != status);
    assert!(!refused && error.is_passing() == (limited || matches!(status, 408 | 500..)), "{error:?}");
}
