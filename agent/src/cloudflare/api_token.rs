//! Cloudflare API tokens: opaque text that only a label tells apart.

use usher_proto::Secret;

use super::{Facts, NotACredential, secret_text};

/// Reads an API token: one word of the characters that Cloudflare uses, 40 or more.
pub(super) fn read(secret: Secret, label: Option<&str>) -> Result<(Secret, Facts), NotACredential> {
    let label = label.filter(|label| !label.trim().is_empty());
    let label = label.ok_or(NotACredential::Missing("an API token needs a label to find it by"))?.to_owned();
    let text = secret_text(&secret)?;
    let token = text.trim();
    if token.len() < 40 || !token.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
        return Err(NotACredential::Malformed("it is no API token: 40 letters, digits, '_' or '-', or more"));
    }
    let kept =
        Secret::new(token.as_bytes().to_vec()).map_err(|_| NotACredential::Malformed("it is empty"))?;
    Ok((kept, Facts { label, ..Facts::default() }))
}

/// Tells whether it belongs to an account and not to a person, by the form that Cloudflare gives those
/// since 2026 (its page on token formats); one of before is held for a person's.
pub fn is_of_account(token: &Secret) -> bool {
    secret_text(token).is_ok_and(|text| text.starts_with("cfat_"))
}
