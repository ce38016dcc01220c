//! Dates as HTTP and cookies write them.

use usher_proto::Timestamp;
use usher_proto::date::{days, days_in};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a date in any form that servers use; after RFC 6265, section 5.1.1: the day of the week
/// and the zone are not looked at, and the order of the parts matters little.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == ':';
    for part in text.split(|c| !is_part(c)).filter(|part| !part.is_empty()) {
        if time.is_none() && part.contains(':') {
            time = Some(seconds(part)?);
        } else if part.bytes().all(|b| b.is_ascii_digit()) {
            match part.len() {
                1 | 2 if day.is_none() => day = part.parse::<i64>().ok(),
                2 | 4 if year.is_none() => year = part.parse::<i64>().ok(),
                _ => return None,
            }
        } else if month.is_none() && part.len() >= 3 && part.is_ascii() {
            let start = part[..3].to_ascii_lowercase();
            month = MONTHS.iter().position(|month| *month == start);
        }
    }
    let year = match year? {
        short @ 0..70 => short + 2000,
        short @ 70..100 => short + 1900,
        year => year,
    };
    let day = day?;
    let month = i64::try_from(month?).ok()? + 1;
    if year < 1601 || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    Some(Timestamp(days(year, month, day) * 86_400 + time?))
}

/// Reads `HH:MM:SS`.
fn seconds(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| (part.len() <= 2).then(|| part.parse::<i64>().ok())?);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let holds = parts.next().is_none()
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    holds.then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), Some(Timestamp(784_111_777)), "{text}");
        }
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Sat, 31 Dec 2050 23:59:59 GMT", 2_556_143_999),
        ] {
            assert_eq!(parse(text), Some(Timestamp(seconds)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "0",
            "tomorrow",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 2023 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:60 GMT",
            "Sun, 06 Nov 1994 08:+9:37 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "Sun, 06 N\u{f6}v 1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
