//! Cloudflare's edge, as the broker knows it: each method is one flow, told in a file of its own.

use std::sync::Arc;

use usher_proto::credential::Source;
use usher_proto::{AppPattern, AppUrl, Audience, Kind, ProfileName, Secret, TeamDomain};

use super::api::Api;
use super::http::{Http, Network};
use super::keys::Keys;
use super::transfer::{self, Begun};
use super::{EdgeError, Facts, certificate, check, discovery, exchange, log_out, service_token, session};
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

/// Which of Cloudflare's two worlds: each has a dashboard, a transfer service
/// and an API of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// `login.cloudflareaccess.org`, `api.cloudflare.com`
    Commercial,
    /// `login.fed.cloudflareaccess.org`, `api.fed.cloudflare.com`
    Fedramp,
}

impl Region {
    /// Tells in which one a team is, by its domain.
    pub fn of(team: Option<&TeamDomain>) -> Self {
        match team.is_some_and(TeamDomain::is_fedramp) {
            true => Region::Fedramp,
            false => Region::Commercial,
        }
    }
}

/// A login that was begun: the page for the browser, and the key that opens the answer.
pub struct Login(pub(super) Begun);

/// A login to an account that was begun.
pub struct AccountLogin(certificate::login::Begun);

impl Edge {
    /// Makes ready; the first call opens the first connection, and reads the system's certificates.
    pub fn new(network: Network, clock: Arc<dyn Clock>) -> Self {
        Self { http: Http::new(network), keys: Keys::default(), clock }
    }

    /// Finds out by signed metadata which application is at a URL.
    pub async fn discover(&self, url: &AppUrl) -> Result<Application, EdgeError> {
        discovery::discover(self, url).await
    }

    /// Exchanges an org token for an app token, without a browser.
    pub async fn exchange(&self, url: &AppUrl, app: &Application, org: &Secret) -> Result<Tokens, EdgeError> {
        exchange::exchange(self, url, app, org).await
    }

    /// Exchanges a service token, in the form in which it is kept, for an app token.
    pub async fn exchange_service_token(
        &self,
        url: &AppUrl,
        app: &Application,
        service: &Secret,
    ) -> Result<Issued, EdgeError> {
        service_token::exchange::exchange(self, url, app, service).await
    }

    /// Begins a login with a key pair of its own.
    pub fn begin_login(&self, url: &AppUrl, app: &Application, region: Region, auto_close: bool) -> Login {
        Login(transfer::begin(url, app, region, auto_close))
    }

    /// Waits for the person, and opens and verifies what the transfer service then hands out. Does not
    /// end by itself while nothing is there: the caller sets the limit.
    pub async fn collect(&self, login: &Login, app: &Application) -> Result<Tokens, EdgeError> {
        transfer::collect(self, &login.0, app).await
    }

    /// Begins a login to an account with a key pair of its own.
    pub fn begin_account_login(&self, region: Region) -> AccountLogin {
        AccountLogin(certificate::login::begin(region))
    }

    /// Waits for the person, and reads the account certificate that the transfer service then hands out.
    /// Does not end by itself either.
    pub async fn collect_certificate(&self, login: &AccountLogin) -> Result<Issued, EdgeError> {
        certificate::login::collect(self, &login.0).await
    }

    /// Asks the edge whether it takes an app token; false means that it does not.
    pub async fn takes(&self, url: &AppUrl, app: &Application, token: &Secret) -> Result<bool, EdgeError> {
        check::takes(self, url, app, token).await
    }

    /// Speaks to the API with one credential.
    pub fn api<'e>(&'e self, region: Region, token: &'e Secret) -> Api<'e> {
        Api::new(self, region, token)
    }

    /// Ends the session that an org token stands for, in all applications.
    pub async fn log_out(&self, team: &TeamDomain, org: &Secret) -> Result<(), EdgeError> {
        log_out::at_team(self, team, org).await
    }

    /// Ends the session that an app token stands for, in all applications.
    pub async fn log_out_at(&self, url: &AppUrl, token: &Secret) -> Result<(), EdgeError> {
        log_out::at_app(self, url, token).await
    }

    /// Asks the team whether a session still holds.
    pub async fn session_holds(&self, team: &TeamDomain, org: &Secret) -> Result<bool, EdgeError> {
        session::holds(self, team, org).await
    }
}

impl Login {
    /// Shows the page for the browser: a secret, because who opens it takes the login's place.
    pub fn page(&self) -> &Arc<Secret> {
        self.0.page()
    }
}

impl AccountLogin {
    /// Shows the page for the browser: a secret, because who knows it can take the certificate.
    pub fn page(&self) -> &Arc<Secret> {
        self.0.page()
    }
}

impl Issued {
    /// Puts it into a profile.
    pub fn into_record(self, profile: ProfileName) -> Record {
        let Issued { kind, secret, facts, source } = self;
        let credential = Arc::new(facts.into_credential(kind, profile, source));
        Record { credential, secret: Arc::new(secret) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::cloudflare::testing::{application, secret};

    #[test]
    fn every_flow_may_run_in_a_task() {
        fn is_send<T: Send>(_: T) {}
        let edge = Edge::new(Network::default(), Arc::new(SystemClock));
        let url = "https://app.example.com/".parse().expect("a URL");
        let (app, token) = (application(), secret("token"));
        let login = edge.begin_login(&url, &app, Region::Commercial, true);
        is_send(edge.discover(&url));
        is_send(edge.exchange(&url, &app, &token));
        is_send(edge.exchange_service_token(&url, &app, &token));
        is_send(edge.collect(&login, &app));
        is_send(edge.collect_certificate(&edge.begin_account_login(Region::Fedramp)));
        is_send(edge.takes(&url, &app, &token));
        is_send(edge.log_out(&app.team, &token));
        is_send(edge.log_out_at(&url, &token));
        is_send(edge.session_holds(&app.team, &token));
    }

    #[test]
    fn a_login_has_its_page_from_the_start() {
        let edge = Edge::new(Network::default(), Arc::new(SystemClock));
        for given in [
            "app.example.com",
            "a_b.ab--cd.example.com/x|y?z#w",
            "https://b\u{fc}cher.example:8443/{}",
            "[::1]",
        ] {
            let url = given.parse().expect("a URL");
            let login = edge.begin_login(&url, &application(), Region::Commercial, true);
            assert!(login.page().len() > 300, "{given}");
        }
    }
}
