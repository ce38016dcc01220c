//! Looks an app token up in the cache; what is missing there is fetched.

use std::sync::Arc;

use usher_proto::{AppUrl, Credential, ProfileName, Timestamp};

use super::{Broker, BrokerError, Inner};
use crate::store::Record;

/// What a client wants: a token for a URL, with so many seconds of life left.
#[derive(Debug, Clone)]
pub struct Want {
    /// The application.
    pub app: AppUrl,
    /// Whose.
    pub profile: ProfileName,
    /// Seconds.
    pub min_valid: u32,
}

impl Broker {
    /// Finds the app token of the application that covers a URL; gets a new one where that needs no
    /// person.
    ///
    /// The most specific application decides, also when its token has expired: another application's
    /// token is never handed out in its place.
    pub async fn token(self: &Arc<Self>, want: &Want) -> Result<Record, BrokerError> {
        let read = match self.read().await {
            Err(error @ BrokerError::Locked(_)) => return Err(error),
            read => read,
        };
        let missing = match (self.held(want), read) {
            (Ok(record), _) => return Ok(record),
            // What the store holds might do, so nothing is fetched in its place.
            (Err(BrokerError::NoSuchApp), Err(unread)) => return Err(unread),
            (Err(missing), Err(_)) => return Err(missing),
            (Err(missing), Ok(())) => missing,
        };
        match Box::pin(self.fetch(want)).await {
            Err(BrokerError::Offline | BrokerError::LoginRequired { .. })
                if missing != BrokerError::NoSuchApp =>
            {
                Err(missing)
            }
            Err(BrokerError::Offline) => Err(missing),
            fetched => fetched,
        }
    }

    /// Finds a token in the cache that lives long enough, and notes that it is used.
    pub(super) fn held(self: &Arc<Self>, want: &Want) -> Result<Record, BrokerError> {
        let now = self.clock.now();
        let mut inner = self.inner();
        let Inner { cache, known, .. } = &mut *inner;
        let Some(mut token) = cache.app_token(&want.profile, &want.app) else {
            return Err(BrokerError::NoSuchApp);
        };
        if known.is_of_another(&want.app, token.credential()) {
            return Err(BrokerError::NoSuchApp);
        }
        lives(token.credential(), now, want.min_valid)?;
        let record = token.open().ok_or(BrokerError::Locked(None))?;
        if self.edge.is_some() {
            if token.uses().note(&want.app) {
                self.used.notify_one();
            }
            if known.take_look(&want.app, now) {
                self.look_in_background(record.clone(), want.app.clone());
            }
        }
        Ok(record)
    }
}

/// Tells whether a token lives so many seconds more.
pub(super) fn lives(token: &Credential, now: Timestamp, min_valid: u32) -> Result<(), BrokerError> {
    let left = token.expires.map_or(i64::MAX, |end| now.seconds_until(end));
    let label = || token.label.clone();
    match left {
        ..=0 => Err(BrokerError::Expired { label: label(), ago: -left }),
        _ if left < i64::from(min_valid) => {
            Err(BrokerError::ExpiresSoon { label: label(), left, wanted: min_valid })
        }
        _ => Ok(()),
    }
}
