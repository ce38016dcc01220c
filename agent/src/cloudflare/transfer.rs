//! A login in a browser: the page that it begins at, and the transfer service, which holds what comes
//! of it for whoever knows the public key.

mod page;
pub(super) mod sealed;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use url::Url;
use usher_proto::credential::Source;
use usher_proto::{AppUrl, Secret, Wiped};

use self::sealed::{Key, Opened};
use super::EdgeError;
use super::edge::{Application, Edge, Region, Tokens};
use super::error::Trouble;
use super::http::{Call, Head, Method};
use super::verify::{self, Moment};

/// For one poll, which the service holds open; as with cloudflared.
const LIMIT: Duration = Duration::from_secs(60);

/// Least time from one poll to the next: something in between may answer at once.
const BETWEEN: Duration = Duration::from_secs(1);

/// Longest pause after polls that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A login that was begun.
pub(super) struct Begun {
    key: Key,
    page: Arc<Secret>,
    region: Region,
}

/// Begins a login.
pub(super) fn begin(url: &AppUrl, app: &Application, region: Region, auto_close: bool) -> Begun {
    let key = Key::generate();
    let page = page::login(&super::parsed(url), &app.audience, &key.public_text(), auto_close);
    Begun { key, page: Arc::new(page), region }
}

impl Begun {
    pub(super) fn page(&self) -> &Arc<Secret> {
        &self.page
    }

    /// Opens what was handed out; `peer` is the key of who sealed it.
    pub(super) fn opened(&self, peer: &str, body: Wiped) -> Result<Opened, &'static str> {
        sealed::open(&self.key, peer, body)
    }
}

/// Waits until the transfer service hands something out, opens and verifies it. Has no end of its
/// own: a person may take any time, and the caller drops the future.
///
/// # Errors
/// What came does not hold, or TLS with the service is not to be had.
pub(super) async fn collect(edge: &Edge, begun: &Begun, app: &Application) -> Result<Tokens, EdgeError> {
    let host = host(begun.region);
    let address = format!("https://{host}/transfer/{}", begun.key.public_text());
    let unreadable = |_| EdgeError::Untrusted { host: host.to_owned(), what: "it is no host" };
    let address = Url::parse(&address).map_err(unreadable)?;
    let (mut failures, mut broken) = (0, None);
    loop {
        let started = Instant::now();
        let next = match poll(edge, &address, &mut broken).await {
            Ok(Some((head, body))) => return open(edge, begun, app, &head, body).await,
            Ok(None) => {
                // What broke off was there, and is there no more: the service gave it out once.
                broken.take().map_or(Ok(()), Err)?;
                failures = 0;
                started + BETWEEN
            }
            Err(error) if is_passing(&error) => {
                failures += 1;
                log::warn!("{host} gave no usable answer for a login, {failures} times in a row");
                Instant::now() + pause(failures)
            }
            Err(error) => return Err(error),
        };
        sleep_until(next).await;
    }
}

fn host(region: Region) -> &'static str {
    match region {
        Region::Commercial => "login.cloudflareaccess.org",
        Region::Fedramp => "login.fed.cloudflareaccess.org",
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

/// Tells whether asking again may help: the result waits for its key, also while a network comes and
/// goes.
fn is_passing(error: &EdgeError) -> bool {
    matches!(
        error,
        EdgeError::Network {
            trouble: Trouble::Unreachable | Trouble::Timeout | Trouble::Cut | Trouble::Status(_),
            ..
        }
    )
}

/// Tells how long to wait after so many failures in a row.
fn pause(failures: u32) -> Duration {
    BETWEEN.saturating_mul(1 << failures.saturating_sub(1).min(4)).min(LONGEST_PAUSE)
}

/// Opens and verifies what was handed out. An org token that does not hold, or a placeholder in its
/// place, is left out: the application's is what was asked for.
async fn open(
    edge: &Edge,
    begun: &Begun,
    app: &Application,
    head: &Head,
    body: Wiped,
) -> Result<Tokens, EdgeError> {
    let moment = Moment::of(head, edge.clock.now());
    let peer = head.header("service-public-key");
    let peer = peer.ok_or_else(|| head.untrusted("a login's answer names no key"))?;
    let opened = begun.opened(peer, body).map_err(|what| head.untrusted(what))?;
    let token = verify::app_token(edge, opened.app, app, Source::Login, &moment).await?;
    let org = match opened.org {
        Some(org) => verify::org_token(edge, org, &app.team, Source::Login, &moment)
            .await
            .inspect_err(|fault| log::warn!("no org token came with the login: {}", fault.words()))
            .ok(),
        None => None,
    };
    Ok(Tokens { app: token, org })
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

    #[test]
    fn only_what_may_pass_is_waited_out() {
        let network = |trouble| EdgeError::Network { host: String::new(), trouble };
        for trouble in [Trouble::Unreachable, Trouble::Timeout, Trouble::Cut, Trouble::Status(503)] {
            assert!(is_passing(&network(trouble)), "{trouble:?}");
        }
        for trouble in [Trouble::Tls, Trouble::Settings, Trouble::TooLarge] {
            assert!(!is_passing(&network(trouble)), "{trouble:?}");
        }
        assert!(!is_passing(&EdgeError::Untrusted { host: String::new(), what: "" }));
    }
}
