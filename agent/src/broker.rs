//! Answers lookups out of the cache, gets from Cloudflare what is missing there, and keeps cache and
//! store in step.

mod account_login;
mod ahead;
mod apps;
mod authority;
mod cache;
mod certificates;
mod changes;
mod closed;
mod closing;
mod error;
mod events;
mod fetch;
mod flights;
mod headers;
mod holdings;
mod idle;
mod keep;
mod known;
mod lock;
mod login;
mod lookup;
mod notes;
mod order;
mod pages;
mod pause;
mod phase;
mod renew;
pub mod revoke;
mod revoked;
pub mod rotate;
mod storing;
mod throttle;
mod tunnel_secret;
mod tunnels;
mod uses;
mod watch;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use usher_proto::ProfileName;

use self::account_login::AccountLogins;
use self::cache::Cache;
use self::changes::Changes;
use self::closed::ClosedProfiles;
use self::fetch::Fetches;
use self::idle::Idles;
use self::known::Known;
use self::login::Logins;
use self::notes::Notes;
use self::phase::Phase;
use self::revoke::Tries;
use self::throttle::Throttle;
use crate::audit::Audit;
use crate::clock::Clock;
use crate::cloudflare::Edge;
use crate::store::StoreError;
use crate::store::thread::StoreThread;

pub use self::closed::Whose;
pub use self::closing::{Closed, Occasion};
pub use self::error::BrokerError;
pub use self::events::Events;
pub use self::login::LoginOptions;
pub use self::lookup::Want;
pub use self::watch::Watched;

/// How long a person has for a login.
pub const LOGIN_PATIENCE: Duration = Duration::from_secs(600);

/// Holds every credential while the agent runs. The only place with state beside the store.
pub struct Broker {
    store: StoreThread,
    clock: Arc<dyn Clock>,
    /// None if the agent never goes out.
    edge: Option<Edge>,
    inner: Mutex<Inner>,
    fetches: Fetches,
    logins: Logins,
    account_logins: AccountLogins,
    login_patience: Duration,
    /// Takes notes of what the agent does by itself.
    audit: Audit,
    /// A token came into use, or what is in use changed.
    used: Notify,
    changes: Changes,
    /// What Cloudflare is still to be told changed.
    to_do: Notify,
    /// Held by whoever rotates: one after the other.
    rotating: tokio::sync::Mutex<()>,
    reading: tokio::sync::Mutex<Result<(), StoreError>>,
    readings: AtomicU64,
    throttle: Throttle,
    idle: Idles,
    /// Held while the agent locks or unlocks: Argon2id runs once at a time, so its memory is bounded.
    turning: tokio::sync::Mutex<()>,
}

struct Inner {
    cache: Cache,
    known: Known,
    notes: Notes,
    tries: Tries,
    phase: Phase,
    closed: ClosedProfiles,
}

impl Broker {
    /// Begins with an empty cache; the store is read when it is first needed, or the agent sees whether
    /// Cloudflare is still to be told something.
    ///
    /// Without an edge nothing is fetched: the agent answers with what was imported. The limits are the seconds
    /// after which a profile, or with none the agent as a whole, is locked if nobody needs it.
    pub fn new(
        store: StoreThread,
        clock: Arc<dyn Clock>,
        edge: Option<Edge>,
        login_patience: Duration,
        audit: Audit,
        idle_limits: BTreeMap<Option<ProfileName>, u32>,
    ) -> Arc<Self> {
        let idle = Idles::new(idle_limits, clock.now());
        Arc::new(Self {
            store,
            clock,
            edge,
            inner: Mutex::new(Inner {
                cache: Cache::default(),
                known: Known::default(),
                notes: Notes::default(),
                tries: Tries::default(),
                phase: Phase::Unread,
                closed: ClosedProfiles::default(),
            }),
            fetches: Fetches::default(),
            logins: Logins::default(),
            account_logins: AccountLogins::default(),
            login_patience,
            audit,
            used: Notify::new(),
            changes: Changes::default(),
            to_do: Notify::new(),
            rotating: tokio::sync::Mutex::default(),
            reading: tokio::sync::Mutex::new(Ok(())),
            readings: AtomicU64::new(0),
            throttle: Throttle::default(),
            idle,
            turning: tokio::sync::Mutex::new(()),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
