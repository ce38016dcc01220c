//! A clock that a test turns.

use std::sync::atomic::{AtomicI64, Ordering};

use usher_agent::clock::{Clock, SystemClock};
use usher_proto::Timestamp;

/// Stands still until it is turned.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Begins now.
    pub fn new() -> Self {
        Self(AtomicI64::new(SystemClock.now().0))
    }

    /// Goes on by so many seconds, or back.
    pub fn turn(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}
