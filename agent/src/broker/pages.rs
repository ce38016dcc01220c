//! Pages that a person has to open in a browser: one for all who wait for what comes of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::{Instant, MissedTickBehavior, interval};
use usher_proto::Secret;
use usher_proto::answer::Event;

use super::{BrokerError, Events};

/// How often a waiter is told that the login is still awaited; also how soon it is noticed that a
/// waiter has left.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// The pages that are open, by what they are for.
pub(super) struct Pages<K, A, T: Clone>(Mutex<HashMap<K, Weak<Page<A, T>>>>);

/// A page that is open. It stays so as long as one of its waiters does.
pub(super) struct Page<A, T: Clone> {
    /// Its address.
    pub(super) address: Arc<Secret>,
    /// What it is about.
    pub(super) about: A,
    deadline: Instant,
    /// A client was asked to open it.
    taken: AtomicBool,
    outcome: Outcome<T>,
}

type Outcome<T> = Shared<BoxFuture<'static, Result<T, BrokerError>>>;

impl<K, A, T: Clone> Default for Pages<K, A, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, A, T: Clone> Pages<K, A, T> {
    /// Finds the page that is open, or opens one.
    pub(super) fn join(
        &self,
        key: K,
        open: impl FnOnce() -> Result<Page<A, T>, BrokerError>,
    ) -> Result<Arc<Page<A, T>>, BrokerError> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = pages.get(&key).and_then(Weak::upgrade).filter(|page| page.is_open()) {
            return Ok(page);
        }
        let page = Arc::new(open()?);
        pages.retain(|_, page| page.strong_count() > 0);
        pages.insert(key, Arc::downgrade(&page));
        Ok(page)
    }
}

impl<A, T: Clone> Page<A, T> {
    /// Opens a page; what comes of it, `outcome`, ends by itself at the deadline.
    pub(super) fn new(
        address: Arc<Secret>,
        about: A,
        deadline: Instant,
        outcome: impl Future<Output = Result<T, BrokerError>> + Send + 'static,
    ) -> Self {
        let outcome = outcome.boxed().shared();
        Self { address, about, deadline, taken: AtomicBool::new(false), outcome }
    }

    fn is_open(&self) -> bool {
        self.outcome.peek().is_none()
    }

    /// Tells whether nobody is asked yet to open it; from now on somebody is.
    pub(super) fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::Relaxed)
    }

    /// Says that who took it has left.
    pub(super) fn give_back(&self) {
        self.taken.store(false, Ordering::Relaxed);
    }

    /// Tells how many seconds are left.
    pub(super) fn left(&self) -> u32 {
        let left = self.deadline.saturating_duration_since(Instant::now()).as_secs();
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// Waits for what comes of it. `tick` is called at once and before each word that it is still awaited.
    pub(super) async fn wait(&self, events: &Events, mut tick: impl FnMut()) -> Result<T, BrokerError> {
        let mut ticks = interval(TELL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut outcome = self.outcome.clone();
        loop {
            tokio::select! {
                outcome = &mut outcome => return outcome,
                _ = ticks.tick() => {
                    tick();
                    events.tell(Event::Waiting { left: self.left() });
                }
            }
        }
    }
}
