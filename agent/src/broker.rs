//! Answers lookups out of the cache, and keeps cache and store in step.

mod apps;
mod cache;
mod error;
mod lock;
mod storing;
mod throttle;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use usher_proto::answer::{Imported, Outcome, State};
use usher_proto::frame::MAX_MESSAGE;
use usher_proto::request::Import;
use usher_proto::{AppUrl, Credential, CredentialId, ProfileName, json};

use self::cache::Cache;
use self::lock::Lock;
use self::throttle::Throttle;
use crate::clock::Clock;
use crate::cloudflare;
use crate::store::thread::StoreThread;
use crate::store::{Record, StoreError};

pub use self::error::BrokerError;

/// Bytes of JSON in one page of a list, so that with one credential more it is still a message.
const PAGE: usize = MAX_MESSAGE / 2;

/// Holds every credential while the agent runs. The only place with state beside the store.
pub struct Broker {
    store: StoreThread,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    reading: tokio::sync::Mutex<Result<(), StoreError>>,
    readings: AtomicU64,
    throttle: Throttle,
    /// Held while the agent locks or unlocks: Argon2id runs once at a time, so its memory is bounded.
    turning: tokio::sync::Mutex<()>,
}

struct Inner {
    cache: Cache,
    phase: Phase,
}

/// What the cache can be asked for.
enum Phase {
    /// The store was not read yet; the cache holds at most what came since the agent began.
    Unread,
    /// The cache holds all that the store does.
    Open,
    /// Every secret is sealed.
    Locked(Lock),
}

impl Broker {
    /// Begins with an empty cache; the store is read when it is first needed.
    pub fn new(store: StoreThread, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            inner: Mutex::new(Inner { cache: Cache::default(), phase: Phase::Unread }),
            reading: tokio::sync::Mutex::new(Ok(())),
            readings: AtomicU64::new(0),
            throttle: Throttle::default(),
            turning: tokio::sync::Mutex::new(()),
        }
    }

    /// Finds the app token of the application that covers a URL.
    ///
    /// The most specific application decides, also when its token has expired: another application's
    /// token is never handed out in its place.
    pub async fn token(
        &self,
        app: &AppUrl,
        profile: &ProfileName,
        min_valid: u32,
    ) -> Result<Record, BrokerError> {
        let read = self.read().await;
        let found = self.inner().cache.app_token(profile, app);
        let record = match (found, read) {
            (Some(record), _) => record,
            (None, Ok(())) => return Err(BrokerError::NoSuchApp),
            (None, Err(error)) => return Err(error),
        };
        let left = record.credential.expires.map_or(i64::MAX, |end| self.clock.now().seconds_until(end));
        match left {
            ..=0 => Err(BrokerError::Expired { label: record.credential.label.clone(), ago: -left }),
            _ if left < i64::from(min_valid) => Err(BrokerError::ExpiresSoon {
                label: record.credential.label.clone(),
                left,
                wanted: min_valid,
            }),
            _ => Ok(record),
        }
    }

    /// Lists what is held, one profile's or all, from the one after `after` on and as much of it as
    /// fits into a message; tells whether there is more.
    pub async fn list(
        &self,
        profile: Option<&ProfileName>,
        after: Option<&CredentialId>,
    ) -> Result<(Vec<Arc<Credential>>, bool), BrokerError> {
        self.read().await?;
        let mut all = self.inner().cache.list(profile);
        if let Some(after) = after {
            let last = all.iter().position(|credential| credential.id == *after);
            all.drain(..=last.ok_or(BrokerError::NoSuchId)?);
        }
        let sizes = all.iter().map(|credential| json::encode(credential).map_or(PAGE, |line| line.len()));
        let fit = sizes
            .scan(0, |sum, size| {
                *sum += size;
                Some(*sum)
            })
            .take_while(|sum| *sum <= PAGE)
            .count();
        let page = all[..fit.max(1).min(all.len())].to_vec();
        let more = page.len() < all.len();
        Ok((page, more))
    }

    /// Shows one credential.
    pub async fn show(&self, id: &CredentialId) -> Result<Arc<Credential>, BrokerError> {
        self.read().await?;
        self.inner().cache.credential(id).ok_or(BrokerError::NoSuchId)
    }

    /// Takes a secret in: first into memory, then into the store, from which it is read back.
    ///
    /// If the store fails the secret can be used until the agent ends, and the answer says so.
    pub async fn import(&self, import: Import) -> Result<Imported, BrokerError> {
        if let Err(error @ BrokerError::Locked) = self.read().await {
            return Err(error);
        }
        let given = cloudflare::read(import, self.clock.now())?;
        let (record, outcome) = self.inner().cache.take_in(given);
        let stored = match outcome {
            Outcome::New | Outcome::Replaced => self.save(&record).await,
            Outcome::Unchanged | Outcome::Older => self.check(&record).await,
        };
        if stored.is_ok() {
            self.inner().cache.saved(&record);
            self.save_unsaved().await;
        }
        Ok(Imported {
            credential: Arc::clone(&record.credential),
            outcome,
            safe: stored.is_ok() && outcome != Outcome::Older && self.store.outlives_reboot(),
            trouble: stored.err().map(|error| BrokerError::from(error).into()),
        })
    }

    /// Wipes a credential from the store and then from memory; tells how many that were.
    pub async fn forget(&self, id: &CredentialId) -> Result<u64, BrokerError> {
        self.show(id).await?;
        self.forget_each(vec![id.clone()]).await
    }

    /// Wipes all that is held, one profile's or everybody's.
    pub async fn forget_all(&self, profile: Option<&ProfileName>) -> Result<u64, BrokerError> {
        self.read().await?;
        let all = self.inner().cache.list(profile);
        self.forget_each(all.iter().map(|credential| credential.id.clone()).collect()).await
    }

    async fn forget_each(&self, ids: Vec<CredentialId>) -> Result<u64, BrokerError> {
        let mut count = 0;
        for id in ids {
            let gone = id.clone();
            self.store.call(move |store| store.remove(&gone)).await?;
            self.inner().cache.remove(&id);
            count += 1;
        }
        Ok(count)
    }

    /// Tells whether lookups are answered, and what is wrong with the store if they are not.
    pub async fn state(&self) -> (State, Option<BrokerError>) {
        match self.read().await {
            Ok(()) => (State::Open, None),
            Err(BrokerError::Locked) => (State::Locked, None),
            Err(error @ BrokerError::Store(StoreError::NeedsPassphrase { new })) => {
                (if new { State::NeedsNewPassphrase } else { State::NeedsPassphrase }, Some(error))
            }
            Err(error) => (State::Unavailable, Some(error)),
        }
    }

    /// Counts the credentials held, and those of them that the store does not have.
    pub fn count(&self) -> (usize, usize) {
        let inner = self.inner();
        (inner.cache.len(), inner.cache.unsaved_count())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
