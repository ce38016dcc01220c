//! The wall clock, passed in: a token's life goes on while the machine sleeps, and tests turn it.

use std::time::{SystemTime, UNIX_EPOCH};

use usher_proto::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Tells what time it is now.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(_) => 0,
        };
        Timestamp(seconds)
    }
}
