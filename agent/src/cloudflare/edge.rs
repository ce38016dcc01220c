//! Cloudflare's edge, as the broker knows it: each method is one flow, told in a file of its own.

use std::sync::Arc;

use usher_proto::credential::Source;
use usher_proto::{AppPattern, AppUrl, Audience, Kind, ProfileName, Secret, TeamDomain};

use super::http::{Http, Network};
use super::keys::Keys;
use super::{EdgeError, Facts};
use crate::clock::Clock;
use crate::store::Record;

/// Speaks to application hosts, team domains and the transfer service.
pub struct Edge {
    pub(super) http: Http,
    pub(super) keys: Keys,
    pub(super) clock: Arc<dyn Clock>,
}

/// An Access application, as its signed metadata tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What it covers, the asked URL included.
    pub app: AppPattern,
    /// Its AUD tag.
    pub audience: Audience,
    /// The team's host.
    pub team: TeamDomain,
}

/// A token that Cloudflare issued just now, verified.
#[derive(Debug)]
pub struct Issued {
    pub(super) kind: Kind,
    pub(super) secret: Secret,
    pub(super) facts: Facts,
    pub(super) source: Source,
}

/// What a login or an exchange brings.
#[derive(Debug)]
pub struct Tokens {
    /// For the application.
    pub app: Issued,
    /// For the team, where one came along that holds.
    pub org: Option<Issued>,
}

/// Which of the transfer services holds a login's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// `login.cloudflareaccess.org`
    Commercial,
    /// `login.fed.cloudflareaccess.org`
    Fedramp,
}

/// A login that was begun: the page for the browser, and the key that opens the answer.
pub struct Login {}

impl Edge {
    /// Makes ready; the first call opens the first connection, and reads the system's certificates.
    pub fn new(network: Network, clock: Arc<dyn Clock>) -> Self {
        Self { http: Http::new(network), keys: Keys::default(), clock }
    }

    /// Finds out by signed metadata which application is at a URL.
    pub async fn discover(&self, url: &AppUrl) -> Result<Application, EdgeError> {
        let _ = url;
        todo!()
    }

    /// Exchanges an org token for an app token, without a browser.
    pub async fn exchange(&self, url: &AppUrl, app: &Application, org: &Secret) -> Result<Tokens, EdgeError> {
        let _ = (url, app, org);
        todo!()
    }

    /// Exchanges a service token, in the form in which it is kept, for an app token.
    pub async fn exchange_service_token(
        &self,
        url: &AppUrl,
        app: &Application,
        service: &Secret,
    ) -> Result<Issued, EdgeError> {
        let _ = (url, app, service);
        todo!()
    }

    /// Begins a login with a key pair of its own.
    pub fn begin_login(&self, url: &AppUrl, app: &Application, region: Region, auto_close: bool) -> Login {
        let _ = (url, app, region, auto_close);
        todo!()
    }

    /// Waits for the person, and opens and verifies what the transfer service then hands out. Does not
    /// end by itself while nothing is there: the caller sets the limit.
    pub async fn collect(&self, login: &Login, app: &Application) -> Result<Tokens, EdgeError> {
        let _ = (login, app);
        todo!()
    }

    /// Asks the edge whether it takes an app token; false means that it does not.
    pub async fn takes(&self, url: &AppUrl, app: &Application, token: &Secret) -> Result<bool, EdgeError> {
        let _ = (url, app, token);
        todo!()
    }
}

impl Login {
    /// Shows the page for the browser: a secret, because who opens it takes the login's place.
    pub fn page(&self) -> &Arc<Secret> {
        todo!()
    }
}

impl Issued {
    /// Puts it into a profile.
    pub fn into_record(self, profile: ProfileName) -> Record {
        let _: Option<Facts> = None;
        let _ = profile;
        todo!()
    }
}
