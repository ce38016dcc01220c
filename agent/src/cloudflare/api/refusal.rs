//! What an answer that is none means, told by its status and the API's own codes.

use std::time::Duration;

use super::ApiError;
use super::envelope::Failure;

/// The call itself, or the credential, is not for this.
const NOT_ALLOWED: [u32; 2] = [10_000, 9109];

/// The credential is of a form that none has.
const NO_TOKEN: [u32; 2] = [6003, 6111];

/// The credential is not known, says `verify`; elsewhere the number may mean something else.
const UNKNOWN_TOKEN: u32 = 1000;

/// A tunnel has connections.
const ACTIVE: u32 = 1022;

/// Sums a failure up. `permission` is what the call needs, if it needs more than a token that lives.
pub(super) fn of(
    status: u16,
    failure: &Failure,
    permission: Option<&'static str>,
    after: Option<Duration>,
) -> ApiError {
    let codes = match failure {
        Failure::Failed(codes) => codes.as_slice(),
        Failure::NoEnvelope => &[],
    };
    let any = |wanted: &[u32]| codes.iter().any(|code| wanted.contains(code));
    let code = codes.first().copied();
    match (status, failure) {
        (429, _) => ApiError::RateLimited { after },
        (300..400, _) => ApiError::NotUnderstood("it redirects"),
        (200..300, Failure::NoEnvelope) => ApiError::NotUnderstood("it is not what the API answers with"),
        (408 | 500.., _) => ApiError::Refused { status, code },
        _ if any(&NO_TOKEN) => ApiError::BadToken,
        (400..500, _) if any(&[UNKNOWN_TOKEN]) && (permission.is_none() || matches!(status, 401 | 403)) => {
            ApiError::BadToken
        }
        (401 | 403, Failure::Failed(_)) => not_allowed(permission),
        _ if any(&NOT_ALLOWED) => not_allowed(permission),
        _ if any(&[ACTIVE]) => ApiError::Conflict,
        (404, _) => ApiError::NotFound,
        (409, _) => ApiError::Conflict,
        // A page of something in between also comes with 403.
        _ => ApiError::Refused { status, code },
    }
}

/// What needs no permission is refused to a token that does not live.
fn not_allowed(permission: Option<&'static str>) -> ApiError {
    permission.map_or(ApiError::BadToken, |permission| ApiError::Unauthorized { permission })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: Option<&str> = Some("Cloudflare Tunnel Write");

    fn failed(status: u16, codes: &[u32]) -> ApiError {
        of(status, &Failure::Failed(codes.to_vec()), WRITE, None)
    }

    fn bare(status: u16) -> ApiError {
        of(status, &Failure::NoEnvelope, WRITE, None)
    }

    #[test]
    fn what_is_missing_is_named() {
        let unauthorized = ApiError::Unauthorized { permission: "Cloudflare Tunnel Write" };
        for (status, codes) in
            [(401, &[][..]), (403, &[]), (403, &[10_000]), (401, &[10_000]), (400, &[10_000]), (403, &[9109])]
        {
            assert_eq!(failed(status, codes), unauthorized, "{status} {codes:?}");
        }
        for (status, codes) in [(401, &[1000][..]), (403, &[1000]), (400, &[6003, 6111]), (400, &[6003])] {
            assert_eq!(failed(status, codes), ApiError::BadToken, "{status} {codes:?}");
        }
        for (status, codes) in
            [(401, &[1000][..]), (400, &[1000]), (401, &[]), (403, &[9109]), (401, &[10_000])]
        {
            let verified = of(status, &Failure::Failed(codes.to_vec()), None, None);
            assert_eq!(verified, ApiError::BadToken, "{status} {codes:?}");
        }
    }

    #[test]
    fn every_other_refusal_keeps_its_status_and_code() {
        let after = Some(Duration::from_secs(9));
        let refused = |status, code| ApiError::Refused { status, code };
        assert_eq!(failed(404, &[7003]), ApiError::NotFound);
        assert_eq!(bare(404), ApiError::NotFound);
        assert_eq!(failed(409, &[]), ApiError::Conflict);
        assert_eq!(failed(400, &[1022]), ApiError::Conflict);
        assert_eq!(of(429, &Failure::NoEnvelope, WRITE, after), ApiError::RateLimited { after });
        assert_eq!(failed(429, &[10_000]), ApiError::RateLimited { after: None });
        assert_eq!(failed(400, &[1000]), refused(400, Some(1000)));
        assert_eq!(failed(400, &[]), refused(400, None));
        assert_eq!(failed(200, &[]), refused(200, None));
        assert_eq!(failed(200, &[7, 8]), refused(200, Some(7)));
        assert_eq!(failed(503, &[10_000]), refused(503, Some(10_000)));
        assert_eq!(bare(502), refused(502, None));
        assert_eq!(bare(403), refused(403, None), "a page of something in between");
        assert_eq!(bare(401), refused(401, None));
        for status in [200, 204, 301, 302, 307] {
            assert!(matches!(bare(status), ApiError::NotUnderstood(_)), "{status}");
        }
    }
}
