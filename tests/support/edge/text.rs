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

/// Writes seconds since 1970 as HTTP does.
pub(super) fn http_date(seconds: i64) -> String {
    let since = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    httpdate::fmt_http_date(UNIX_EPOCH + since)
}
