//! How long nobody has needed the agent, which locks itself when that is too long.

use std::future::pending;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use usher_proto::Timestamp;

use super::Broker;
use super::closing::Occasion;

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

    /// Tells for what the agent is to lock itself now, if nobody has needed it for too long.
    fn occasion(&self, now: Timestamp) -> Option<Occasion> {
        let is_over = self.users.load(Ordering::Relaxed) == 0 && self.end(now)? <= now;
        is_over.then_some(Occasion::Idle { after: self.limit? })
    }

    pub(super) fn begin_anew(&self, now: Timestamp) {
        self.last.store(now.0, Ordering::Relaxed);
    }
}

impl Broker {
    /// Notes that somebody needs the agent. If nobody did for too long it locks itself before that: while
    /// the machine sleeps no timer runs.
    pub async fn in_use(&self) -> Option<Use<'_>> {
        self.idle.limit?;
        if let Some(occasion) = self.idle.occasion(self.clock.now()) {
            Box::pin(self.close(occasion)).await;
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
            } else if let Some(occasion) = self.idle.occasion(now) {
                if self.close(occasion).await {
                    self.opened.notified().await;
                } else {
                    self.idle.begin_anew(now);
                }
            }
        }
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
    const LIMIT: u32 = 900;

    #[test]
    fn a_clock_that_was_set_back_keeps_no_agent_open_for_longer_than_its_limit() {
        let idle = Idle::new(Some(LIMIT), NOW);
        let is_over = |begin: i64, after: u32| idle.occasion(Timestamp(begin + i64::from(after))).is_some();
        assert!(!is_over(NOW.0, LIMIT - 1) && is_over(NOW.0, LIMIT));
        let earlier = NOW.0 - 3600;
        assert!(!is_over(earlier, 0) && !is_over(earlier, LIMIT - 1) && is_over(earlier, LIMIT));
    }
}
