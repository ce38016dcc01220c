//! Texts of the shapes that Cloudflare uses: tags, ids and dates.

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};

/// Makes 64 hexadecimal digits; equal texts give equal tags.
pub(super) fn tag(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a UUID; equal texts give equal ones.
pub(super) fn uuid(text: &str) -> String {
    let tag = tag(text);
    format!("{}-{}-4{}-8{}-{}", &tag[..8], &tag[8..12], &tag[13..16], &tag[17..20], &tag[20..32])
}

/// Makes an id as accounts, zones and API tokens have; equal texts give equal ones.
pub(super) fn id(text: &str) -> String {
    tag(text)[..32].to_owned()
}

/// Writes seconds since 1970 as the API does.
pub(super) fn api_date(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000000Z")
}

/// Reads what [`api_date`] writes, its fraction left out or not.
pub(super) fn read_api_date(text: &str) -> Option<i64> {
    let whole = text.strip_suffix('Z')?.split('.').next()?;
    // Times have an order of their own as text, so the one that is written like this is found by halves.
    let (mut low, mut high) = (0, 253_402_300_799_i64);
    while low < high {
        let middle = low + (high - low) / 2;
        if api_date(middle)[..19] < *whole { low = middle + 1 } else { high = middle }
    }
    (api_date(low)[..19] == *whole).then_some(low)
}

/// Tells year, month and day of so many days after 1970.
fn date(mut days: i64) -> (i64, i64, i64) {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days >= 365 + i64::from(leap(year)) {
        days -= 365 + i64::from(leap(year));
        year += 1;
    }
    let february = 28 + i64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

/// Writes seconds since 1970 as HTTP does.
pub(super) fn http_date(seconds: i64) -> String {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
