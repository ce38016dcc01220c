//! What came of a call: the envelope, or why there is none and whether the call was done all the same.

use std::time::Duration;

use usher_proto::{Timestamp, Wiped};

use super::envelope::{Envelope, Failure};
use super::{ApiError, refusal, retry};
use crate::cloudflare::EdgeError;
use crate::cloudflare::http::Head;

/// A call that was not answered as it should be.
#[derive(Debug)]
pub(in crate::cloudflare) struct Failed {
    pub(in crate::cloudflare) error: ApiError,
    /// How long the answer asks to wait.
    pub(super) after: Option<Duration>,
    /// What was asked may have been done all the same.
    pub(super) lost: bool,
}

impl Failed {
    /// Says that nothing was asked.
    pub(super) fn before(error: ApiError) -> Self {
        Self { error, after: None, lost: false }
    }
}

/// Reads an answer. `permission` is what the call needs, if it needs more than a token that lives.
pub(in crate::cloudflare) fn read(
    head: &Head,
    body: Result<Wiped, EdgeError>,
    permission: Option<&'static str>,
    now: Timestamp,
) -> Result<Envelope, Failed> {
    let (status, after) = (head.status(), retry::after(head, now));
    let fine = (200..300).contains(&status);
    let body = match body {
        Ok(body) => body,
        Err(error) if fine => return Err(Failed { error: ApiError::Edge(error), after, lost: true }),
        // Of what went wrong the status tells enough.
        Err(_) => Wiped::default(),
    };
    let failure = match Envelope::read(body) {
        Ok(answer) if fine => return Ok(answer),
        Ok(_) => Failure::NoEnvelope,
        Err(failure) => failure,
    };
    let lost = matches!((status, &failure), (408 | 500.., _) | (200..300, Failure::NoEnvelope));
    Err(Failed { error: refusal::of(status, &failure, permission, after), after, lost })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::error::Trouble;
    use crate::cloudflare::testing::NOW;

    const GOOD: &str = r#"{"success":true,"result":null}"#;
    const BAD: &str = r#"{"success":false,"errors":[]}"#;

    fn outcome(status: u16, body: Option<&str>) -> Result<(), (ApiError, bool)> {
        let head = Head::sample("api.cloudflare.com", status, &[]);
        let body = body.map(|body| Wiped::from(body.as_bytes().to_vec()));
        let read = read(&head, body.ok_or_else(|| head.network(Trouble::Cut)), Some("Write"), NOW);
        read.map(|_| ()).map_err(|failed| (failed.error, failed.lost))
    }

    #[test]
    fn only_what_says_that_it_went_well_did() {
        for status in [200, 201, 202] {
            assert_eq!(outcome(status, Some(GOOD)), Ok(()));
        }
        for status in [100, 301, 400, 404, 500] {
            assert!(outcome(status, Some(GOOD)).is_err(), "{status}");
        }
    }

    #[test]
    fn what_may_have_been_done_is_not_taken_for_undone() {
        for (status, body, lost) in [
            (200, None, true),
            (200, Some("<html>"), true),
            (200, Some(""), true),
            (200, Some(BAD), false),
            (302, Some(""), false),
            (400, Some(BAD), false),
            (403, None, false),
            (404, Some(GOOD), false),
            (408, Some(""), true),
            (429, Some(BAD), false),
            (500, Some(BAD), true),
            (503, None, true),
            (524, Some("<html>"), true),
        ] {
            let failed = outcome(status, body).map_err(|(_, lost)| lost);
            assert_eq!(failed, Err(lost), "{status} {body:?}");
        }
    }
}
