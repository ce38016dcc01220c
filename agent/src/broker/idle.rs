//! How long nobody has needed the agent, or a profile, which is locked when that is too long.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use futures_util::future::join_all;
use tokio::sync::Notify;
use usher_proto::{ProfileName, Timestamp};

use super::closing::Occasion;
use super::{Broker, Whose};
use crate::clock::Clock;

/// How long nobody has needed the agent, which is none here, and profiles: those that have a limit.
pub(super) struct Idles(BTreeMap<Option<ProfileName>, Idle>);

/// How long nobody has needed one of them.
struct Idle {
    /// Seconds after which it is locked.
    limit: i64,
    /// When somebody needed it last, in seconds since 1970.
    last: AtomicI64,
    /// So many need it now.
    users: AtomicUsize,
    /// It was opened, from locked or from the beginning.
    opened: Notify,
}

/// Somebody needs the agent, and perhaps a profile, for as long as this lives.
pub struct Use<'b> {
    needed: Vec<&'b Idle>,
    clock: &'b dyn Clock,
}

impl Idles {
    /// Begins to count for these, with their limits in seconds.
    pub(super) fn new(limits: BTreeMap<Option<ProfileName>, u32>, now: Timestamp) -> Self {
        Self(limits.into_iter().map(|(whose, limit)| (whose, Idle::new(limit, now))).collect())
    }

    /// Notes that everything was opened.
    pub(super) fn begin_anew(&self, now: Timestamp) {
        for idle in self.0.values() {
            idle.begin_anew(now);
            idle.opened.notify_one();
        }
    }
}

impl Idle {
    fn new(limit: u32, now: Timestamp) -> Self {
        Self {
            limit: limit.into(),
            last: AtomicI64::new(now.0),
            users: AtomicUsize::new(0),
            opened: Notify::new(),
        }
    }

    /// Tells when it is to be locked, unless somebody needs it until then. After the clock was set back
    /// nobody knows for how long it was not needed: that counts from now on.
    fn end(&self, now: Timestamp) -> Timestamp {
        let last = self.last.fetch_min(now.0, Ordering::Relaxed).min(now.0);
        Timestamp(last.saturating_add(self.limit))
    }

    /// Tells for what it is to be locked now, if nobody has needed it for too long.
    fn occasion(&self, now: Timestamp) -> Option<Occasion> {
        let is_over = self.users.load(Ordering::Relaxed) == 0 && self.end(now) <= now;
        is_over.then_some(Occasion::Idle { after: self.limit })
    }

    fn begin_anew(&self, now: Timestamp) {
        self.last.store(now.0, Ordering::Relaxed);
    }
}

impl Broker {
    /// Notes that somebody needs the agent for this. What nobody has needed for too long is locked before
    /// that: while the machine sleeps no timer runs.
    pub async fn in_use(&self, whose: &Whose<'_>) -> Option<Use<'_>> {
        if self.idle.0.is_empty() {
            return None;
        }
        let profiles = self.profiles_of(whose);
        let is_needed =
            |whose: &Option<ProfileName>| whose.as_ref().is_none_or(|name| profiles.contains(name));
        let mut needed = Vec::new();
        for (whose, idle) in self.idle.0.iter().filter(|(whose, _)| is_needed(whose)) {
            // Who comes while a person opens it does not wait for that.
            if idle.occasion(self.clock.now()).is_some() && self.inner().is_open(whose.as_ref()) {
                Box::pin(self.close_if_over(whose.as_ref(), idle)).await;
            }
            idle.users.fetch_add(1, Ordering::Relaxed);
            needed.push(idle);
        }
        Some(Use { needed, clock: self.clock.as_ref() })
    }

    /// Locks whatever nobody has needed for too long, as long as the agent runs.
    pub async fn close_when_idle(&self) {
        join_all(self.idle.0.iter().map(|(whose, idle)| self.close_when_over(whose.as_ref(), idle))).await;
        pending().await // there is none
    }

    async fn close_when_over(&self, whose: Option<&ProfileName>, idle: &Idle) -> Infallible {
        loop {
            self.clock.reach(idle.end(self.clock.now())).await;
            let now = self.clock.now();
            if idle.users.load(Ordering::Relaxed) > 0 {
                idle.begin_anew(now);
            } else if idle.occasion(now).is_some() {
                if self.close_if_over(whose, idle).await {
                    idle.opened.notified().await;
                } else {
                    idle.begin_anew(now);
                }
            }
        }
    }

    async fn close_if_over(&self, whose: Option<&ProfileName>, idle: &Idle) -> bool {
        self.close(whose, || idle.occasion(self.clock.now())).await
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        for idle in &self.needed {
            idle.users.fetch_sub(1, Ordering::Relaxed);
            idle.begin_anew(self.clock.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;

    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::*;
    use crate::audit::Audit;
    use crate::broker::LOGIN_PATIENCE;
    use crate::store::memory::Memory;
    use crate::store::thread::StoreThread;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const LIMIT: u32 = 900;

    /// Shows the time that a test sets.
    struct Set(AtomicI64);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::Relaxed))
        }

        fn reach(&self, _time: Timestamp) -> BoxFuture<'_, ()> {
            pending().boxed()
        }
    }

    #[tokio::test]
    async fn who_waits_while_a_person_opens_it_does_not_lock_it_again() {
        let store = StoreThread::start(Box::new(Memory), false).expect("a thread");
        let clock = Arc::new(Set(AtomicI64::new(NOW.0)));
        let limits = BTreeMap::from([(None, LIMIT)]);
        let broker = Broker::new(store, clock.clone(), None, LOGIN_PATIENCE, Audit::off(), limits);
        broker.read().await.expect("the store works");
        clock.0.fetch_add(LIMIT.into(), Ordering::Relaxed);
        let turn = broker.turning.lock().await;
        let mut comes = pin!(broker.in_use(&Whose::Everybody));
        assert!(comes.as_mut().now_or_never().is_none(), "it is to be locked, and a person has the turn");
        broker.note_opened();
        drop(turn);
        comes.await.expect("it counts");
        assert!(broker.inner().is_open(None));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_no_agent_open_for_longer_than_its_limit() {
        let idle = Idle::new(LIMIT, NOW);
        let is_over = |begin: i64, after: u32| idle.occasion(Timestamp(begin + i64::from(after))).is_some();
        assert!(!is_over(NOW.0, LIMIT - 1) && is_over(NOW.0, LIMIT));
        let earlier = NOW.0 - 3600;
        assert!(!is_over(earlier, 0) && !is_over(earlier, LIMIT - 1) && is_over(earlier, LIMIT));
    }
}
