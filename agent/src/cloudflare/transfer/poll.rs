//! Asks the transfer service until it has something for a key, by the rules that cloudflared goes by.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use url::Url;
use usher_proto::Wiped;

use crate::cloudflare::EdgeError;
use crate::cloudflare::edge::Edge;
use crate::cloudflare::error::Trouble;
use crate::cloudflare::http::{Call, Head, Method};

/// For one poll, which the service holds open; as with cloudflared.
const LIMIT: Duration = Duration::from_secs(60);

/// Least time from one poll to the next: something in between may answer at once.
const BETWEEN: Duration = Duration::from_secs(1);

/// Longest pause after polls that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Waits until the service hands something out. Has no end of its own: the caller drops the future.
///
/// # Errors
/// It was handed out and did not arrive, or TLS with the service is not to be had.
pub(in crate::cloudflare) async fn until_there(
    edge: &Edge,
    host: &str,
    path: &str,
) -> Result<(Head, Wiped), EdgeError> {
    let unreadable = |_| EdgeError::Untrusted { host: host.to_owned(), what: "it is no host" };
    let address = Url::parse(&format!("https://{host}{path}")).map_err(unreadable)?;
    let (mut failures, mut broken) = (0, None);
    loop {
        let started = Instant::now();
        let next = match poll(edge, &address, &mut broken).await {
            Ok(Some(there)) => return Ok(there),
            Ok(None) => {
                // What broke off was there, and is there no more: the service gave it out once.
                broken.take().map_or(Ok(()), Err)?;
                failures = 0;
                started + BETWEEN
            }
            // The result waits for its key, also while a network comes and goes.
            Err(error) if error.is_passing() => {
                failures += 1;
                log::warn!("{host} gave no usable answer for a login, {failures} times in a row");
                Instant::now() + pause(failures)
            }
            Err(error) => return Err(error),
        };
        sleep_until(next).await;
    }
}

/// Asks once; nothing if the login is still under way. How the service says that is not documented:
/// as with cloudflared it is any status that is no error of the server's, and an empty body.
///
/// `broken` keeps the error of an answer that broke off in its body.
async fn poll(
    edge: &Edge,
    address: &Url,
    broken: &mut Option<EdgeError>,
) -> Result<Option<(Head, Wiped)>, EdgeError> {
    let mut reply = match edge.http.make(Call::new(Method::Get, address.clone(), LIMIT)).await {
        // The service holds a poll open, and may do so for longer than we wait.
        Err(EdgeError::Network { trouble: Trouble::Timeout, .. }) => return Ok(None),
        reply => reply?,
    };
    match reply.head.status() {
        200 => {
            let body = reply.body().await.inspect_err(|error| *broken = Some(error.clone()))?;
            Ok((!body.trim_ascii().is_empty()).then_some((reply.head, body)))
        }
        300..400 => Err(reply.head.untrusted("it redirects")),
        500.. => Err(reply.head.unexpected()),
        _ => Ok(None),
    }
}

/// Tells how long to wait after so many failures in a row.
fn pause(failures: u32) -> Duration {
    BETWEEN.saturating_mul(1 << failures.saturating_sub(1).min(4)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_has_an_end() {
        let pauses: Vec<_> = (1..8).map(|failures| pause(failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
