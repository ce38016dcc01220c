//! The frame around a binary message: twelve bytes that bound it before it is read.
//!
//! ```text
//! 0   4 bytes  "USHR"
//! 4   1 byte   version of the protocol, now 1
//! 5   1 byte   kind: 0 a message, 1 words
//! 6   2 bytes  zero
//! 8   4 bytes  length of what follows, little-endian, at most 256 KiB
//! ```
//!
//! Words are UTF-8 text for a person. The header and words stay the same in every version, so that
//! two sides that do not understand each other can still say so.

use std::fmt;

use serde::Serialize;

use crate::codec;
use crate::wiped::Wiped;

/// First bytes of every frame.
pub const MAGIC: [u8; 4] = *b"USHR";
/// Version of the binary protocol.
pub const VERSION: u8 = 1;
/// Length of the header in bytes.
pub const HEADER: usize = 12;
/// Largest message in bytes, without its header.
pub const MAX_MESSAGE: usize = 256 * 1024;

const MESSAGE: u8 = 0;
const WORDS: u8 = 1;

/// What lies at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub enum Scan<'a> {
    /// Too little to tell; `total` bytes are needed from the beginning of the buffer.
    Incomplete {
        /// Never more than the header and the largest message.
        total: usize,
    },
    /// A whole message; the frame ends at `end`.
    Message {
        /// What [`codec::decode`] reads.
        body: &'a [u8],
        /// Where the next frame begins.
        end: usize,
    },
    /// Words for a person; the frame ends at `end`.
    Words {
        /// Cleaned of what is not text.
        text: String,
        /// Where the next frame begins.
        end: usize,
    },
}

/// Why a buffer does not begin with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// It does not begin as a frame does.
    NotAFrame,
    /// The other side speaks this version.
    Version(u8),
    /// The message would be so many bytes long.
    TooLarge(u32),
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::NotAFrame => f.write_str("what arrived is neither a frame nor a JSON object"),
            FrameError::Version(theirs) => {
                write!(
                    f,
                    "the other side speaks version {theirs} of the protocol, this one version {VERSION}"
                )
            }
            FrameError::TooLarge(length) => {
                write!(f, "a message of {length} bytes is over the limit of {MAX_MESSAGE}")
            }
        }
    }
}

impl std::error::Error for FrameError {}

/// Looks at the beginning of a buffer, and never past the frame that begins there.
pub fn scan(buffer: &[u8]) -> Result<Scan<'_>, FrameError> {
    let seen = buffer.len().min(MAGIC.len());
    if buffer[..seen] != MAGIC[..seen] {
        return Err(FrameError::NotAFrame);
    }
    if let Some(&version) = buffer.get(4)
        && version != VERSION
        && buffer.get(5) != Some(&WORDS)
    {
        // Words are the same in every version, so that one byte more decides.
        return if buffer.len() > 5 {
            Err(FrameError::Version(version))
        } else {
            Ok(Scan::Incomplete { total: HEADER })
        };
    }
    let Some(header) = buffer.first_chunk::<HEADER>() else { return Ok(Scan::Incomplete { total: HEADER }) };
    let [_, _, _, _, _, kind, zero @ .., l0, l1, l2, l3] = *header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    if kind > WORDS || zero != [0, 0] {
        return Err(FrameError::NotAFrame);
    }
    if length as usize > MAX_MESSAGE {
        return Err(FrameError::TooLarge(length));
    }
    let end = HEADER + length as usize;
    let Some(body) = buffer.get(HEADER..end) else { return Ok(Scan::Incomplete { total: end }) };
    Ok(match kind {
        MESSAGE => Scan::Message { body, end },
        _ => Scan::Words {
            text: String::from_utf8_lossy(body).chars().filter(|c| !c.is_control()).collect(),
            end,
        },
    })
}

/// Makes the whole frame of a message, in a buffer that is sized once and wiped when dropped.
///
/// The error is the length that the message would have had, where the codec could tell it.
pub fn encode<T: Serialize>(message: &T) -> Result<Wiped, FrameError> {
    let mut frame = Wiped::zeros(0);
    encode_into(message, &mut frame)?;
    Ok(frame)
}

/// The same in a buffer that was used before, which is replaced if it is too small. The frame begins
/// where the buffer does; returned is its length.
pub fn encode_into<T: Serialize>(message: &T, buffer: &mut Wiped) -> Result<usize, FrameError> {
    let too_large = |_| FrameError::TooLarge(u32::MAX);
    let fits = buffer.get_mut(HEADER..).and_then(|space| codec::encode(message, space).ok());
    let length = match fits {
        Some(length) => length,
        None => {
            *buffer = Wiped::zeros(HEADER + codec::size(message).map_err(too_large)?);
            codec::encode(message, &mut buffer[HEADER..]).map_err(too_large)?
        }
    };
    buffer[..HEADER].copy_from_slice(&header(MESSAGE, length)?);
    Ok(HEADER + length)
}

/// Makes a frame of words.
pub fn words(text: &str) -> Vec<u8> {
    let text = &text[..text.floor_char_boundary(MAX_MESSAGE)];
    let mut frame = Vec::with_capacity(HEADER + text.len());
    frame.extend_from_slice(&header(WORDS, text.len()).unwrap_or_default());
    frame.extend_from_slice(text.as_bytes());
    frame
}

fn header(kind: u8, length: usize) -> Result<[u8; HEADER], FrameError> {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if length as usize > MAX_MESSAGE {
        return Err(FrameError::TooLarge(length));
    }
    let mut header = [0; HEADER];
    header[..4].copy_from_slice(&MAGIC);
    header[4] = VERSION;
    header[5] = kind;
    header[8..].copy_from_slice(&length.to_le_bytes());
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::request::Request;

    #[test]
    fn a_frame_cut_anywhere_is_incomplete_and_never_wrong() {
        let frame = encode(&Request::Status {}).expect("small");
        for cut in 0..frame.len() {
            assert!(
                matches!(scan(&frame[..cut]), Ok(Scan::Incomplete { total }) if total <= frame.len()),
                "cut at {cut}"
            );
        }
        assert!(matches!(scan(&frame), Ok(Scan::Message { end, .. }) if end == frame.len()));
    }

    #[test]
    fn a_buffer_is_used_again_when_the_next_frame_fits() {
        let mut buffer = encode(&Answer::Forgotten { count: 1 }).expect("small");
        let room = buffer.len();
        let end = encode_into(&Answer::Locked {}, &mut buffer).expect("small");
        assert_eq!(buffer[..end], encode(&Answer::Locked {}).expect("small")[..]);
        assert_eq!(buffer.len(), room);
        let end = encode_into(&Answer::Forgotten { count: 1 }, &mut Wiped::zeros(HEADER - 1));
        assert_eq!(end, Ok(HEADER + 4 + 8));
    }

    #[test]
    fn what_follows_a_frame_is_left_alone() {
        let frame = encode(&Request::Hello {}).expect("small");
        let two = [&frame[..], &frame[..]].concat();
        let Ok(Scan::Message { body, end }) = scan(&two) else { panic!("a whole frame is there") };
        assert_eq!((body, end), (&frame[HEADER..], frame.len()));
    }

    #[test]
    fn a_length_over_the_limit_is_refused_by_the_header_alone() {
        let mut frame = encode(&Request::Hello {}).expect("small");
        frame[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(scan(&frame[..HEADER]), Err(FrameError::TooLarge(u32::MAX)));
        frame[8..12].copy_from_slice(&(MAX_MESSAGE as u32 + 1).to_le_bytes());
        assert_eq!(scan(&frame[..HEADER]), Err(FrameError::TooLarge(MAX_MESSAGE as u32 + 1)));
    }

    #[test]
    fn other_versions_are_named_and_their_words_understood() {
        let mut frame = encode(&Request::Hello {}).expect("small");
        frame[4] = 9;
        assert_eq!(scan(&frame), Err(FrameError::Version(9)));
        let mut said = words("too old\u{1b}[31m");
        said[4] = 9;
        assert_eq!(scan(&said), Ok(Scan::Words { text: "too old[31m".into(), end: said.len() }));
    }

    #[test]
    fn garbage_is_no_frame() {
        for garbage in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"US\0\0",
            b"\0",
            b"USHR\x01\x02\0\0\0\0\0\0",
            b"USHR\x01\0\x01\0\0\0\0\0",
        ] {
            assert_eq!(scan(garbage), Err(FrameError::NotAFrame));
        }
    }
}
