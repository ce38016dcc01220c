//! An agent that locks itself: it forgets what the store keeps, until a person opens it again.
//!
//! It has no passphrase of its own to seal anything under, so nothing stays that could be opened: what
//! opens it is what opens the store.

use std::future::pending;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use usher_proto::Timestamp;
use usher_proto::change::Happening;

use super::cache::Cache;
use super::notes::Notes;
use super::{Broker, Phase};
use crate::audit::About;

/// How long nobody has needed the agent. Without a limit nothing is counted.
pub(super) struct Idle {
    /// Seconds after which it locks itself.
    limit: Option<i64>,
    /// When somebody needed it last, in seconds since 1970.
    last: AtomicI64,
    /// So many need it now.
    users: AtomicUsize,
}

/// Somebody needs the agent, for as long as this lives.
pub struct Use<'b>(&'b Broker);

impl Idle {
    pub(super) fn new(limit: Option<u32>, now: Timestamp) -> Self {
        Self { limit: limit.map(i64::from), last: AtomicI64::new(now.0), users: AtomicUsize::new(0) }
    }

    /// Tells when the agent is to lock itself, unless somebody needs it until then. After the clock was set
    /// back nobody knows for how long it was not needed: that counts from now on.
    fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let limit = self.limit?;
        let last = self.last.fetch_min(now.0, Ordering::Relaxed).min(now.0);
        Some(Timestamp(last.saturating_add(limit)))
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.users.load(Ordering::Relaxed) == 0 && self.end(now).is_some_and(|end| end <= now)
    }

    fn begin_anew(&self, now: Timestamp) {
        self.last.store(now.0, Ordering::Relaxed);
    }
}

impl Broker {
    /// Notes that somebody needs the agent. If nobody did for too long it locks itself before that: while
    /// the machine sleeps no timer runs.
    pub async fn in_use(&self) -> Option<Use<'_>> {
        self.idle.limit?;
        if self.idle.is_over(self.clock.now()) {
            Box::pin(self.close()).await;
        }
        self.idle.users.fetch_add(1, Ordering::Relaxed);
        Some(Use(self))
    }

    /// Locks the agent whenever nobody has needed it for too long, as long as it runs.
    pub async fn close_when_idle(&self) {
        loop {
            let Some(end) = self.idle.end(self.clock.now()) else { return pending().await };
            self.clock.reach(end).await;
            let now = self.clock.now();
            if self.idle.users.load(Ordering::Relaxed) > 0 {
                self.idle.begin_anew(now);
            } else if self.idle.is_over(now) {
                if self.close().await {
                    self.opened.notified().await;
                } else {
                    self.idle.begin_anew(now);
                }
            }
        }
    }

    /// Locks the agent: it forgets what the store keeps. What the store did not take is not forgotten, and
    /// then the agent stays open. Tells whether it is locked.
    pub async fn close(&self) -> bool {
        let _turn = self.turning.lock().await;
        // Whoever reads the store opens the agent at the end of it.
        let _reading = self.reading.lock().await;
        if !matches!(self.inner().phase, Phase::Open) {
            return true; // nothing is there to be forgotten
        }
        self.save_unsaved().await;
        if let Err(unsaved) = self.forget_stored() {
            log::error!("the agent does not lock itself: the store did not take {unsaved} credentials");
            return false;
        }
        // A store that hangs does this when it comes back, before whatever is asked of it then.
        let gave_key_up = self.store.call(|store| Ok(store.close().is_some())).await;
        self.inner().phase = Phase::Closed { wants_passphrase: gave_key_up.unwrap_or(false) };
        log::info!("the agent has locked itself");
        self.audit.note_own("lock", About::Nothing);
        self.tell_of_agent(Happening::Locked);
        true
    }

    /// Forgets everything, unless there is what the store does not have: tells how many credentials.
    fn forget_stored(&self) -> Result<(), usize> {
        let mut inner = self.inner();
        match inner.cache.unsaved_count() {
            0 => {
                (inner.cache, inner.notes) = (Cache::default(), Notes::default());
                inner.phase = Phase::Closed { wants_passphrase: false };
                Ok(())
            }
            unsaved => Err(unsaved),
        }
    }

    /// Notes that the agent was opened.
    pub(super) fn note_opened(&self) {
        self.idle.begin_anew(self.clock.now());
        self.opened.notify_one();
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        self.0.idle.users.fetch_sub(1, Ordering::Relaxed);
        self.0.idle.begin_anew(self.0.clock.now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn a_clock_that_was_set_back_keeps_no_agent_open_for_longer_than_its_limit() {
        let idle = Idle::new(Some(900), NOW);
        assert!(!idle.is_over(Timestamp(NOW.0 + 899)) && idle.is_over(Timestamp(NOW.0 + 900)));
        let earlier = Timestamp(NOW.0 - 3600);
        assert_eq!(idle.end(earlier), Some(Timestamp(earlier.0 + 900)));
        assert!(idle.is_over(Timestamp(earlier.0 + 900)));
    }
}
