//! An app token for an org token, without a browser: the way that a browser with a session takes,
//! hop by hop, and with each secret shown to one place only.

pub(super) mod hops;

use std::time::Duration;

use tokio::time::Instant;
use usher_proto::credential::Source;
use usher_proto::{AppUrl, Secret};

use self::hops::{Next, Place, Route};
use super::edge::{Application, Edge, Tokens};
use super::error::Trouble;
use super::http::{Call, Method, Unsendable};
use super::verify::{self, Moment};
use super::{EdgeError, cookie};

/// For all hops of one method together; as with cloudflared.
const LIMIT: Duration = Duration::from_secs(7);

/// How many calls lead to a token at most: three do, and a few more where the host redirects first.
const MAX_HOPS: usize = 10;

/// What the hops brought, not verified yet.
struct Found {
    app: Secret,
    /// The cookie was deleted as it was set.
    ended: bool,
    org: Option<Secret>,
    moment: Moment,
}

/// Exchanges an org token.
///
/// `HEAD` first, because the answers' bodies are pages for people; `GET` where that is not taken, or
/// hangs, as it does for some (cloudflared's issue 1637).
///
/// # Errors
/// The org token or the person is refused, there is no application, or an answer does not hold.
pub(super) async fn exchange(
    edge: &Edge,
    url: &AppUrl,
    app: &Application,
    org: &Secret,
) -> Result<Tokens, EdgeError> {
    let asked = super::parsed(url);
    let route = Route { asked: &asked, team: &app.team };
    let found = match follow(edge, &route, org, Method::Head).await {
        Err(EdgeError::Network { trouble: Trouble::Timeout | Trouble::Status(405 | 501), .. }) => {
            log::debug!("{} does not take HEAD on the way to an app token: GET", url.host());
            follow(edge, &route, org, Method::Get).await
        }
        found => found,
    };
    let Found { app: token, ended, org: renewed, moment } = found?;
    let token = verify::app_token(edge, token, app, Source::Exchange, &moment).await;
    let token = match token {
        // The session is good, and the token lives no time; anything else deletes the session.
        Err(error @ (EdgeError::NotSupported(_) | EdgeError::WrongClock { .. })) => return Err(error),
        _ if ended => return Err(EdgeError::OrgTokenRefused),
        token => token?,
    };
    let org = match renewed.filter(|renewed| renewed != org) {
        Some(renewed) => verify::org_token(edge, renewed, &app.team, Source::Exchange, &moment)
            .await
            .inspect_err(|fault| log::warn!("{} renewed an org token in vain: {}", app.team, fault.words()))
            .ok(),
        None => None,
    };
    Ok(Tokens { app: token, org })
}

/// Goes from hop to hop until one sets the app token.
async fn follow(edge: &Edge, route: &Route<'_>, org: &Secret, method: Method) -> Result<Found, EdgeError> {
    let end = Instant::now() + LIMIT;
    let (mut at, mut url) = (Place::Application, route.asked.clone());
    let (mut app_session, mut renewed) = (None, None);
    for _ in 0..MAX_HOPS {
        let call = Call::new(method, url.clone(), end.saturating_duration_since(Instant::now()));
        let call = with_cookie(call, at, org, app_session.as_ref());
        let head = edge.http.make(call.map_err(|Unsendable| EdgeError::OrgTokenRefused)?).await?.head;
        let moment = Moment::of(&head, edge.clock.now());
        match route.next(at, &url, &head, cookie::token(&head, moment.now))? {
            Next::Token(app) => return Ok(Found { app, ended: false, org: renewed, moment }),
            Next::Ended(app) => return Ok(Found { app, ended: true, org: renewed, moment }),
            Next::Hop { to, place, renewed: org } => {
                if at == Place::Application && app_session.is_none() {
                    app_session = cookie::app_session(&head);
                }
                renewed = org.or(renewed);
                (at, url) = (place, to);
            }
        }
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    Err(EdgeError::Untrusted { host, what: "its redirects do not end" })
}

/// Adds the one secret that a place may see: the org token at the team's login page, and what the
/// application's host set itself where it takes over.
fn with_cookie(
    call: Call,
    at: Place,
    org: &Secret,
    app_session: Option<&Secret>,
) -> Result<Call, Unsendable> {
    let (name, secret) = match at {
        Place::Application => return Ok(call),
        Place::Login => (cookie::AUTHORIZATION, Some(org)),
        Place::Authorized => (cookie::APP_SESSION, app_session),
    };
    match secret {
        Some(secret) if cookie::is_value(secret) => call.with_secret("cookie", &format!("{name}="), secret),
        Some(_) => Err(Unsendable),
        None => Ok(call),
    }
}
