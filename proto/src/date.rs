//! Moments as RFC 3339 writes them, in UTC: what people read, and what a log says.

use crate::name::Timestamp;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days from the first of March of the year 0 to 1970.
const BEFORE: i64 = 719_468;
/// Days of four hundred years, after which the calendar begins anew.
const ERA: i64 = 146_097;

/// Writes a moment to the second: `2026-01-31T23:59:59Z`.
pub fn written(moment: Timestamp) -> String {
    format!("{}Z", to_seconds(moment.0))
}

/// Writes a moment, given in milliseconds since 1970, with its milliseconds.
pub fn written_with_milliseconds(moment: i64) -> String {
    format!("{}.{:03}Z", to_seconds(moment.div_euclid(1000)), moment.rem_euclid(1000))
}

/// Reads a moment that `Z` or an offset ends, and gives it in milliseconds since 1970; a day alone is its
/// beginning. None if it is not one.
pub fn read(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day) * DAY * 1000;
    if rest.is_empty() {
        return Some(midnight);
    }
    let (time, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
        None => ("0", rest),
    };
    let milliseconds =
        format!("{fraction:0<3}").get(..3)?.parse::<i64>().ok().filter(|_| !fraction.is_empty())?;
    Some(midnight + ((hour * 60 + minute - offset(zone)?) * 60 + second) * 1000 + milliseconds)
}

/// Reads `Z` or an offset such as `+02:00`, in minutes.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" || zone == "z" {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = numbers(zone.strip_prefix(['+', '-'])?, ':', [2, 2])?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

/// Reads numbers of fixed lengths with a sign between them.
fn numbers<const N: usize>(text: &str, between: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length)?;
        *number = part.parse().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit()))?;
    }
    parts.next().is_none().then_some(numbers)
}

fn to_seconds(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(day);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Counts the days of a month, which is 1 to 12.
pub fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts the days since 1970, in years that begin in March: the leap day is then the last one.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 1
        - BEFORE
}

/// Tells year, month and day of a day since 1970: the way of [`days`] back.
fn date(days: i64) -> (i64, i64, i64) {
    let (era, day) = ((days + BEFORE).div_euclid(ERA), (days + BEFORE).rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + era * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (784_111_777, "1994-11-06T08:49:37Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (2_556_143_999, "2050-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(written(Timestamp(seconds)), text);
            assert_eq!(read(text), Some(seconds * 1000), "{text}");
        }
        assert_eq!(written_with_milliseconds(1_709_251_199_007), "2024-02-29T23:59:59.007Z");
        assert_eq!(written_with_milliseconds(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(read("2024-02-29T23:59:59.007Z"), Some(1_709_251_199_007));
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn offsets_fractions_and_days_alone_are_read() {
        for (text, milliseconds) in [
            ("1970-01-02", 86_400_000),
            ("1970-01-01 00:00:01z", 1000),
            ("1970-01-01T02:00:00+02:00", 0),
            ("1969-12-31T23:30:00.5-00:30", 500),
            ("1970-01-01T00:00:00.123456789Z", 123),
            ("2023-11-14t22:13:20z", 1_700_000_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] {
            assert_eq!(read(text), Some(milliseconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "now",
            "1970",
            "1970-13-01",
            "1970-02-29",
            "1970-01-00",
            "+970-01-01",
            "1970-01-01T",
            "1970-01-01T00:00:00",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.5",
            "1970-01-01T00:00:00+2",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:+2Z",
            "99999999999999999999-11-14T22:13:20Z",
            "1970-01-01T00:00:00Zx",
            "1970-1-1T00:00:00Z",
            "19700101T000000Z",
            "1970-01-0\u{e9}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
