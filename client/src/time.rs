//! Times as people say them: how long from now, and how long in all.

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

/// Reads a length of time in seconds: `10m`, `1h30m`, `90s`, `2d`, or a plain number of seconds.
///
/// None if it is not one, or is longer than a `u32` counts.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total: u64 = 0;
    let mut rest = text;
    // Units must get smaller, so that a slip such as 5m1h is not taken for something else.
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let unit = after.chars().next()?;
        let length = match unit {
            'd' => DAY,
            'h' => HOUR,
            'm' => MINUTE,
            's' => 1,
            _ => return None,
        };
        if length >= last {
            return None;
        }
        last = length;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = &after[unit.len_utf8()..];
    }
    u32::try_from(total).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_people_write_them() {
        for (text, expected) in [
            ("10m", 600),
            ("1h30m", 5400),
            ("90s", 90),
            ("90", 90),
            ("0", 0),
            ("2d1h", 176_400),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for bad in
            ["", "m", "5x", "5m1h", "1h1h", "-5", "1.5h", "5 m", "4294967296", "99999999999999999999d", "1hé"]
        {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

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
