//! Answers of Cloudflare's made by hand, read as the flows read them but without a network: the way in
//! for fuzzers and property tests, and for nobody else.

use url::Url;
use usher_proto::{AppUrl, Secret, TeamDomain, Timestamp, Wiped};

pub use super::exchange::hops::{Next, Place};

use super::api::envelope::Envelope;
use super::api::{ApiError, Tunnel, outcome};
use super::cookie::{self, TokenCookie};
use super::edge::{Application, Login};
use super::exchange::hops::Route;
use super::http::Head;
use super::jwks::KeySet;
use super::jwt::Claims;
use super::verify::{self, Moment};
use super::{EdgeError, challenge, discovery};

/// Status and headers of an answer.
pub struct Reply(Head);

impl Reply {
    /// Makes one; a header that HTTP does not carry is left out.
    pub fn new(host: &str, status: u16, headers: &[(&str, &[u8])]) -> Self {
        Self(Head::made_up(host, status, headers))
    }

    /// Tells what time it is at the sender's.
    pub fn date(&self) -> Option<Timestamp> {
        self.0.date()
    }

    /// Finds the token that a cookie sets, or leaves while it is deleted.
    pub fn token(&self, now: Timestamp) -> Option<Secret> {
        match cookie::token(&self.0, now) {
            TokenCookie::Set(token) => Some(token),
            TokenCookie::Deleted(token) => token,
            TokenCookie::None => None,
        }
    }

    /// Finds the cookie that the way back from a login needs.
    pub fn app_session(&self) -> Option<Secret> {
        cookie::app_session(&self.0)
    }

    /// Tells whether Access answered a call for `asked`, and not the application.
    pub fn is_challenge(&self, asked: &Url, team: &TeamDomain) -> bool {
        challenge::of(&self.0, asked, team).is_some()
    }

    /// Tells where an exchange for `asked` goes on from `url`.
    pub fn next(
        &self,
        asked: &Url,
        team: &TeamDomain,
        at: Place,
        url: &Url,
        now: Timestamp,
    ) -> Result<Next, EdgeError> {
        Route { asked, team }.next(at, url, &self.0, cookie::token(&self.0, now))
    }

    /// Reads an answer of the API, whole, as a list of tunnels.
    pub fn tunnels(&self, body: &[u8], now: Timestamp) -> Result<Vec<Tunnel>, ApiError> {
        Ok(self.envelope(body, now)?.page()?.items)
    }

    /// Reads an answer of the API, whole, as a secret.
    pub fn secret(&self, body: &[u8], now: Timestamp) -> Result<Secret, ApiError> {
        self.envelope(body, now)?.secret()
    }

    fn envelope(&self, body: &[u8], now: Timestamp) -> Result<Envelope, ApiError> {
        let body = Ok(Wiped::from(body.to_vec()));
        outcome::read(&self.0, body, None, now).map_err(|failed| failed.error)
    }

    /// Tells which application is at `url`, if the metadata verifies with the team's keys.
    pub fn application(&self, url: &AppUrl, keys: &[u8], now: Timestamp) -> Option<Application> {
        let metadata = discovery::metadata(&self.0, url).ok()?;
        let team = discovery::team(metadata).ok()?;
        let claims = KeySet::parse(keys)?.verify(metadata).ok()?;
        discovery::check(claims, url, team, &Moment::of(&self.0, now)).ok()
    }
}

/// Tells whether a token verifies with the team's keys as one for the application, or as the team's.
pub fn verifies(token: &str, application: &Application, keys: &[u8], now: Timestamp) -> bool {
    let claims = || KeySet::parse(keys)?.verify::<Claims>(token).ok();
    let as_app = claims().map(|claims| verify::check_app(claims, application, now));
    let as_org = claims().map(|claims| verify::check_org(claims, &application.team, now));
    matches!(as_app, Some(Ok(_))) || matches!(as_org, Some(Ok(_)))
}

/// Opens what a login brings: the app token, and an org token if there is one.
pub fn opened(login: &Login, peer: &str, body: &[u8]) -> Option<(Secret, Option<Secret>)> {
    let opened = login.0.opened(peer, Wiped::from(body.to_vec())).ok()?;
    Some((opened.app, opened.org))
}
