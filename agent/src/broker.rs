//! Answers lookups out of the cache, gets from Cloudflare what is missing there, and keeps cache and
//! store in step.

mod ahead;
mod apps;
mod cache;
mod error;
mod events;
mod fetch;
mod flights;
mod headers;
mod keep;
mod known;
mod lock;
mod login;
mod renew;
mod storing;
mod throttle;
mod uses;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use usher_proto::answer::{Imported, Outcome, State};
use usher_proto::frame::MAX_MESSAGE;
use usher_proto::request::Import;
use usher_proto::{AppUrl, Credential, CredentialId, ProfileName, Timestamp, json};

use self::cache::Cache;
use self::fetch::Fetches;
use self::known::Known;
use self::lock::Lock;
use self::login::Logins;
use self::throttle::Throttle;
use crate::clock::Clock;
use crate::cloudflare::{self, Edge};
use crate::store::thread::StoreThread;
use crate::store::{Record, StoreError};

pub use self::error::BrokerError;
pub use self::events::Events;
pub use self::login::LoginOptions;

/// How long a person has for a login.
pub const LOGIN_PATIENCE: Duration = Duration::from_secs(600);

/// Bytes of JSON in one page of a list, so that with one credential more it is still a message.
const PAGE: usize = MAX_MESSAGE / 2;

/// Holds every credential while the agent runs. The only place with state beside the store.
pub struct Broker {
    store: StoreThread,
    clock: Arc<dyn Clock>,
    /// None if the agent never goes out.
    edge: Option<Edge>,
    inner: Mutex<Inner>,
    fetches: Fetches,
    logins: Logins,
    login_patience: Duration,
    /// A token came into use, or what is in use changed.
    used: Notify,
    reading: tokio::sync::Mutex<Result<(), StoreError>>,
    readings: AtomicU64,
    throttle: Throttle,
    /// Held while the agent locks or unlocks: Argon2id runs once at a time, so its memory is bounded.
    turning: tokio::sync::Mutex<()>,
}

struct Inner {
    cache: Cache,
    known: Known,
    phase: Phase,
}

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
    ///
    /// Without an edge nothing is fetched: the agent answers with what was imported.
    pub fn new(
        store: StoreThread,
        clock: Arc<dyn Clock>,
        edge: Option<Edge>,
        login_patience: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            edge,
            inner: Mutex::new(Inner {
                cache: Cache::default(),
                known: Known::default(),
                phase: Phase::Unread,
            }),
            fetches: Fetches::default(),
            logins: Logins::default(),
            login_patience,
            used: Notify::new(),
            reading: tokio::sync::Mutex::new(Ok(())),
            readings: AtomicU64::new(0),
            throttle: Throttle::default(),
            turning: tokio::sync::Mutex::new(()),
        })
    }

    /// Finds the app token of the application that covers a URL; gets a new one where that needs no
    /// person.
    ///
    /// The most specific application decides, also when its token has expired: another application's
    /// token is never handed out in its place.
    pub async fn token(self: &Arc<Self>, want: &Want) -> Result<Record, BrokerError> {
        let read = self.read().await;
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
    fn held(self: &Arc<Self>, want: &Want) -> Result<Record, BrokerError> {
        let now = self.clock.now();
        let mut inner = self.inner();
        let Inner { cache, known, .. } = &mut *inner;
        let Some((record, uses)) = cache.app_token(&want.profile, &want.app) else {
            return Err(BrokerError::NoSuchApp);
        };
        if known.is_of_another(&want.app, &record.credential) {
            return Err(BrokerError::NoSuchApp);
        }
        lives(&record, now, want.min_valid)?;
        if self.edge.is_some() {
            if uses.note(&want.app) {
                self.used.notify_one();
            }
            if known.take_look(&want.app, now) {
                self.look_in_background(record.clone(), want.app.clone());
            }
        }
        Ok(record)
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

/// Tells whether a token lives so many seconds more.
fn lives(record: &Record, now: Timestamp, min_valid: u32) -> Result<(), BrokerError> {
    let left = record.credential.expires.map_or(i64::MAX, |end| now.seconds_until(end));
    let label = || record.credential.label.clone();
    match left {
        ..=0 => Err(BrokerError::Expired { label: label(), ago: -left }),
        _ if left < i64::from(min_valid) => {
            Err(BrokerError::ExpiresSoon { label: label(), left, wanted: min_valid })
        }
        _ => Ok(()),
    }
}
