//! Base64 of what is secret, in buffers that are sized once and wiped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use usher_proto::Wiped;

/// Writes bytes as base64: four characters for every three bytes that were begun.
pub(super) fn encoded(bytes: &[u8]) -> Wiped {
    let mut text = Wiped::zeros(bytes.len().div_ceil(3) * 4);
    let written = STANDARD.encode_slice(bytes, &mut text).expect("there is room");
    debug_assert_eq!(written, text.len());
    text
}

/// Decodes strictly.
pub(super) fn decoded(text: &[u8]) -> Option<Wiped> {
    let mut bytes = Wiped::from(Vec::with_capacity(text.len() / 4 * 3 + 3));
    STANDARD.decode_vec(text, &mut bytes).ok()?;
    Some(bytes)
}
