//! Renews and verifies app tokens when somebody asks for that, and looks at their applications again
//! when nobody does.

use std::sync::Arc;

use usher_proto::request::Target;
use usher_proto::{AppUrl, Kind, ProfileName};

use super::known::application_of;
use super::uses::url_of;
use super::{Broker, BrokerError, Want};
use crate::cloudflare::EdgeError;
use crate::cloudflare::edge::Application;
use crate::store::Record;

/// An app token, and a URL at which to ask for a new one.
struct Named {
    url: AppUrl,
    profile: ProfileName,
    /// None if the agent holds none for the URL.
    record: Option<Record>,
}

impl Broker {
    /// Gets a new app token now, also where the one at hand is still good.
    pub async fn refresh(
        self: &Arc<Self>,
        target: &Target,
        profile: &ProfileName,
    ) -> Result<Record, BrokerError> {
        self.read().await?;
        let Named { url, profile, .. } = self.named(target, profile)?;
        let app = self.application(&profile, &url).await?;
        self.exchange(&profile, &url, &app).await
    }

    /// Asks the edge whether it takes an app token; one that it refuses is dropped, and replaced where
    /// that needs no person. Tells whether it was replaced.
    pub async fn verify(
        self: &Arc<Self>,
        target: &Target,
        profile: &ProfileName,
    ) -> Result<(Record, bool), BrokerError> {
        self.read().await?;
        let Named { url, profile, record } = self.named(target, profile)?;
        let app = self.discover(&url).await?;
        let now = self.clock.now();
        let good = |record: &Record| {
            !record.credential.is_expired(now) && record.credential.audience.as_ref() == Some(&app.audience)
        };
        let held = match record {
            Some(record) if good(&record) => record,
            _ => self.token(&Want { app: url.clone(), profile: profile.clone(), min_valid: 0 }).await?,
        };
        if self.edge()?.takes(&url, &app, &held.secret).await? {
            return Ok((held, false));
        }
        let replacing = self.replacing(&held.credential);
        self.drop_refused(&held).await;
        let renewed = self.exchange(&profile, &url, &app).await?;
        drop(replacing);
        Ok((self.try_out(renewed, &url, &app).await?, true))
    }

    fn named(&self, target: &Target, profile: &ProfileName) -> Result<Named, BrokerError> {
        let mut inner = self.inner();
        let id = match target {
            Target::Id(id) => id,
            Target::App(url) => {
                let record = inner.cache.app_token(profile, url).and_then(|token| token.open());
                return Ok(Named { url: url.clone(), profile: profile.clone(), record });
            }
        };
        let credential = inner.cache.credential(id).ok_or(BrokerError::NoSuchId)?;
        if credential.kind != Kind::AppToken {
            return Err(BrokerError::NotAnAppToken);
        }
        let asked_for = inner.cache.uses(id).and_then(|uses| uses.url.clone());
        let url = asked_for.or_else(|| url_of(&credential)).ok_or(BrokerError::NeedsUrl)?;
        Ok(Named { url, profile: credential.profile.clone(), record: inner.cache.record(id) })
    }

    /// Looks whether the application of a token is still there, while the token is handed out: a day
    /// old knowledge is good enough for a lookup, and no lookup waits for the network.
    pub(super) fn look_in_background(self: &Arc<Self>, record: Record, url: AppUrl) {
        let broker = Arc::clone(self);
        tokio::spawn(async move {
            let id = &record.credential.id;
            match broker.discover(&url).await {
                Ok(app) if took_its_place(&app, &record) => {
                    log::warn!("{id} is of an application that is there no more");
                    broker.drop_refused(&record).await;
                }
                Ok(_) => log::debug!("{id}: its URL was looked at"),
                Err(BrokerError::Edge(EdgeError::NoAccess { .. })) => {
                    log::warn!("no Access application is at the URL of {id} now");
                }
                Err(error) => {
                    log::debug!("{id}: its URL could not be looked at: {error:?}");
                    let now = broker.clock.now();
                    broker.inner().known.look_failed(&url, now);
                }
            }
        });
    }
}

/// Tells whether an application is there in place of the one that a token is for. One that begins
/// below it is not.
fn took_its_place(app: &Application, record: &Record) -> bool {
    application_of(&record.credential).is_some_and(|own| {
        own.app.specificity() >= app.app.specificity()
            && (own.audience != app.audience || own.team != app.team)
    })
}
