//! Pauses between tries, by a clock that somebody may set.

use usher_proto::Timestamp;

use crate::clock::is_recent;

/// A time in which something is not tried again.
#[derive(Clone, Copy)]
pub(super) struct Pause {
    begin: Timestamp,
    seconds: i64,
}

impl Pause {
    pub(super) fn of(seconds: i64, begin: Timestamp) -> Self {
        Self { begin, seconds }
    }

    /// Tells when it is over; if it is already, a time long ago. That is so after the clock was set back,
    /// too: nobody knows how much of it is left.
    pub(super) fn end(self, now: Timestamp) -> Timestamp {
        let lasts = is_recent(self.begin, now, self.seconds);
        if lasts { Timestamp(self.begin.0 + self.seconds) } else { Timestamp(0) }
    }

    pub(super) fn is_over(self, now: Timestamp) -> bool {
        self.end(now) <= now
    }
}

/// Tells how many seconds to pause after so many failures before the last: twice as long each time.
pub(super) fn doubled(failures: u32, first: i64, longest: i64) -> i64 {
    first.saturating_mul(1 << failures.min(16)).min(longest)
}
