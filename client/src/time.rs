//! Times as people say them: how long from now.

use std::time::{SystemTime, UNIX_EPOCH};

use usher_proto::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;
const TWO_DAYS: u64 = 2 * DAY;
const TWO_YEARS: u64 = 2 * YEAR;

/// Reads the clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Tells when a credential ends: "expires in 3 h", "expired 2 d ago", "until deleted".
pub(crate) fn expiry(end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        None => "until deleted".to_owned(),
        Some(end) if end <= now => format!("expired {} ago", span(end, now)),
        Some(end) => format!("expires in {}", span(now, end)),
    }
}

/// Tells how long ago something was.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    format!("{} ago", span(then, now))
}

/// Tells the time between two moments in the largest unit that still says something.
fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = from.seconds_until(to).max(0).unsigned_abs();
    let (unit, length) = match seconds {
        0..MINUTE => ("s", 1),
        MINUTE..HOUR => ("min", MINUTE),
        HOUR..TWO_DAYS => ("h", HOUR),
        TWO_DAYS..TWO_YEARS => ("d", DAY),
        _ => ("y", YEAR),
    };
    format!("{} {unit}", seconds / length)
}

/// Continues a sentence: "; it expires in 3 h", or nothing where no end is known.
pub(crate) fn and_ends(what: &str, end: Option<Timestamp>, now: Timestamp) -> String {
    end.map(|_| format!("; {what} {}", expiry(end, now))).unwrap_or_default()
}

/// Tells what is left of a wait, as a clock does: "9:58".
pub(crate) fn left(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_the_largest_unit_that_says_something() {
        let now = Timestamp(1_000_000_000);
        for (offset, expected) in [
            (1, "expires in 1 s"),
            (59, "expires in 59 s"),
            (60, "expires in 1 min"),
            (3 * 3600, "expires in 3 h"),
            (47 * 3600, "expires in 47 h"),
            (49 * 3600, "expires in 2 d"),
            (3 * 365 * 86_400, "expires in 3 y"),
            (0, "expired 0 s ago"),
            (-2 * 86_400, "expired 2 d ago"),
        ] {
            assert_eq!(expiry(Some(Timestamp(now.0 + offset)), now), expected);
        }
        assert_eq!(expiry(None, now), "until deleted");
        assert_eq!(and_ends("it", Some(Timestamp(now.0 + 60)), now), "; it expires in 1 min");
        assert_eq!(and_ends("it", None, now), "");
        assert_eq!(expiry(Some(Timestamp(i64::MIN)), Timestamp(i64::MAX)), "expired 292471208677 y ago");
        assert_eq!(ago(Timestamp(now.0 + 5), now), "0 s ago");
        assert_eq!([left(0), left(9), left(598)], ["0:00", "0:09", "9:58"]);
    }
}
