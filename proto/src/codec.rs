//! The bytes of a binary message: the only file that knows which crate writes them.
//!
//! `PROTOCOL.md` tells the format, so that the crate can be replaced without touching the wire.

use bincode::config::{Config, standard};
use bincode::enc::write::SizeWriter;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::frame::MAX_MESSAGE;

/// Says that bytes are no message, or a message no bytes; deliberately without the codec's own
/// words, which may quote the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Little-endian, integers in their full width, nothing longer than the limit.
fn config() -> impl Config {
    standard().with_little_endian().with_fixed_int_encoding().with_limit::<MAX_MESSAGE>()
}

/// Tells how many bytes [`encode`] will write.
pub fn size<T: Serialize>(message: &T) -> Result<usize, Malformed> {
    let mut counted = SizeWriter::default();
    bincode::serde::encode_into_writer(message, &mut counted, config()).map_err(|_| Malformed)?;
    Ok(counted.bytes_written)
}

/// Writes to the beginning of `space` and tells how many bytes; [`size`] tells how many it takes.
pub fn encode<T: Serialize>(message: &T, space: &mut [u8]) -> Result<usize, Malformed> {
    bincode::serde::encode_into_slice(message, space, config()).map_err(|_| Malformed)
}

/// Reads one message that uses up all of `bytes`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    match bincode::serde::decode_from_slice(bytes, config()) {
        Ok((message, used)) if used == bytes.len() => Ok(message),
        _ => Err(Malformed),
    }
}
