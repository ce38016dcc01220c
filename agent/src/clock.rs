//! The wall clock, passed in: a token's life goes on while the machine sleeps, and tests turn it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use usher_proto::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Tells what time it is now.
    fn now(&self) -> Timestamp;

    /// Tells the same in milliseconds since 1970, as far as the clock knows them.
    fn milliseconds(&self) -> i64 {
        self.now().0.saturating_mul(1000)
    }

    /// Waits until it is so late, or until it is seen that the clock was set back: whoever waited for a
    /// moment in between looks again.
    fn reach(&self, time: Timestamp) -> BoxFuture<'_, ()>;
}

/// Tells whether something happened less than so many seconds ago. After the clock was set back nobody
/// knows that of what happened in what is now the future: it counts as long ago, and nobody waits for the
/// old time to come again.
pub fn is_recent(then: Timestamp, now: Timestamp, seconds: i64) -> bool {
    (0..seconds).contains(&then.seconds_until(now))
}

/// The system's clock.
pub struct SystemClock;

/// Longest sleep at a time: timers stand still while the machine sleeps, the wall clock does not.
const LONGEST_SLEEP: Duration = Duration::from_secs(600);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(_) => 0,
        };
        Timestamp(seconds)
    }

    fn milliseconds(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn reach(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        async move {
            let left = || u64::try_from(self.now().seconds_until(time)).ok().filter(|left| *left > 0);
            while let Some(before) = left() {
                tokio::time::sleep(Duration::from_secs(before).min(LONGEST_SLEEP)).await;
                if left().is_some_and(|left| left >= before) {
                    break; // the clock was set back
                }
            }
        }
        .boxed()
    }
}
