//! A clock that a test turns.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use usher_agent::clock::{Clock, SystemClock};
use usher_proto::Timestamp;

/// Stands still until it is turned.
pub struct TestClock(watch::Sender<i64>);

impl TestClock {
    /// Begins now.
    pub fn new() -> Self {
        Self(watch::Sender::new(SystemClock.now().0))
    }

    /// Goes on by so many seconds, or back.
    pub fn turn(&self, seconds: i64) {
        self.0.send_modify(|now| *now += seconds);
    }

    /// Tells how many wait for a later time.
    pub fn waiting(&self) -> usize {
        self.0.receiver_count()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.borrow())
    }

    fn reach(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        async move {
            let (mut turned, begin) = (self.0.subscribe(), *self.0.borrow());
            // The sender is `self`, so waiting cannot fail.
            let _ = turned.wait_for(|now| *now >= time.0 || *now < begin).await;
        }
        .boxed()
    }
}
