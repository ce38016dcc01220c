//! Inputs in lines, so that a person can read and write a corpus.

use usher_proto::Secret;

/// Takes the first line off; what is no UTF-8 becomes a replacement character.
pub(super) fn line(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let rest = bytes.get(end + 1..).unwrap_or_default();
    (String::from_utf8_lossy(&bytes[..end]).into_owned(), rest)
}

/// Makes a secret, unless there is nothing.
pub(super) fn secret(bytes: &[u8]) -> Option<Secret> {
    Secret::new(bytes.to_vec()).ok()
}
