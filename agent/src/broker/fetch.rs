//! Gets app tokens without a person: finds out which application is meant, and exchanges what the
//! agent holds for the application's team.

use std::sync::Arc;

use usher_proto::{AppUrl, Audience, CredentialId, ProfileName, TunnelName};

use super::flights::Flights;
use super::known::{application_of, place};
use super::lookup::lives;
use super::{Broker, BrokerError, Inner, Want};
use crate::cloudflare::edge::Application;
use crate::cloudflare::{Edge, EdgeError};
use crate::store::Record;

/// What is under way.
#[derive(Default)]
pub(super) struct Fetches {
    /// By host and path.
    discoveries: Flights<String, Result<Application, BrokerError>>,
    /// By profile and application.
    exchanges: Flights<(ProfileName, Audience), Result<Record, BrokerError>>,
    /// By account certificate and name.
    pub(super) tunnels: Flights<(CredentialId, TunnelName), Result<Record, BrokerError>>,
}

impl Broker {
    /// Gets a token for a URL that the cache has none for.
    pub(super) async fn fetch(self: &Arc<Self>, want: &Want) -> Result<Record, BrokerError> {
        let app = self.application(&want.profile, &want.app).await?;
        // Somebody else's flight may have landed meanwhile.
        if let Ok(record) = self.held(want) {
            return Ok(record);
        }
        let record = match self.exchange(&want.profile, &want.app, &app).await {
            Err(error @ BrokerError::Edge(EdgeError::Untrusted { .. } | EdgeError::NoAccess { .. })) => {
                // The application may have been made anew since it was discovered.
                let now = self.discover(&want.app).await?;
                if now == app { Err(error) } else { self.exchange(&want.profile, &want.app, &now).await }
            }
            done => done,
        }?;
        lives(&record.credential, self.clock.now(), want.min_valid)?;
        Ok(record)
    }

    /// Tells which application is at a URL: by a token for it, also one that has ended, else by what
    /// was discovered, else by discovering it.
    pub(super) async fn application(
        self: &Arc<Self>,
        profile: &ProfileName,
        url: &AppUrl,
    ) -> Result<Application, BrokerError> {
        let remembered = {
            let mut inner = self.inner();
            let Inner { cache, known, .. } = &mut *inner;
            let held = cache.app_token(profile, url);
            let held = held.filter(|token| !known.is_of_another(url, token.credential()));
            let held = held.and_then(|token| application_of(token.credential()));
            held.or_else(|| known.find(url, self.clock.now()))
        };
        match remembered {
            Some(app) => Ok(app),
            None => self.discover(url).await,
        }
    }

    /// Asks the edge which application is at a URL; many callers cause one question.
    pub(super) async fn discover(self: &Arc<Self>, url: &AppUrl) -> Result<Application, BrokerError> {
        self.edge()?;
        let flight = self.fetches.discoveries.join(place(url), || {
            let (broker, url) = (Arc::clone(self), url.clone());
            async move {
                let app = broker.edge()?.discover(&url).await?;
                broker.inner().known.note(&url, app.clone(), broker.clock.now());
                Ok(app)
            }
        });
        flight.await
    }

    /// Exchanges what the agent holds for a new app token; many callers cause one exchange.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        profile: &ProfileName,
        url: &AppUrl,
        app: &Application,
    ) -> Result<Record, BrokerError> {
        let flight = self.fetches.exchanges.join((profile.clone(), app.audience.clone()), || {
            let (broker, profile, url, app) = (Arc::clone(self), profile.clone(), url.clone(), app.clone());
            async move { broker.exchange_now(&profile, &url, &app).await }
        });
        flight.await
    }

    async fn exchange_now(
        self: &Arc<Self>,
        profile: &ProfileName,
        url: &AppUrl,
        app: &Application,
    ) -> Result<Record, BrokerError> {
        let edge = self.edge()?;
        let service = self.inner().cache.service_token(profile, url, Some(&app.team));
        if let Some(service) = service {
            // A service token that is refused is refused: no person takes its place.
            let issued = edge.exchange_service_token(url, app, &service.secret).await?;
            self.still_holds(&service)?;
            return self.keep_app_token(issued, profile, url);
        }
        let label = app.app.to_string();
        let org = self.inner().cache.org_token(profile, &app.team);
        let Some(org) = org.filter(|org| !org.credential.is_expired(self.clock.now())) else {
            return Err(BrokerError::LoginRequired { label });
        };
        match edge.exchange(url, app, &org.secret).await {
            Ok(tokens) => {
                self.still_holds(&org)?;
                self.keep_tokens(tokens, profile, url)
            }
            Err(EdgeError::OrgTokenRefused) if self.is_dead(&org, app) => {
                self.drop_refused(&org).await;
                Err(BrokerError::LoginRequired { label })
            }
            Err(EdgeError::OrgTokenRefused) => Err(BrokerError::WantsMore { label }),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses what was exchanged for a credential that was revoked or forgotten meanwhile.
    fn still_holds(&self, used: &Record) -> Result<(), BrokerError> {
        let held = self.inner().cache.credential(&used.credential.id);
        let label = || used.credential.label.clone();
        held.map(drop).ok_or_else(|| BrokerError::LoginRequired { label: label() })
    }

    /// Shows the way out, if there is one.
    pub(super) fn edge(&self) -> Result<&Edge, BrokerError> {
        self.edge.as_ref().ok_or(BrokerError::Offline)
    }
}
