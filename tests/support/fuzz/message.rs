//! The wire: frames, what is in them, and lines of JSON. Inputs are what arrives.

use serde::Serialize;
use serde::de::DeserializeOwned;
use usher_proto::frame::{self, HEADER, MAX_MESSAGE, Scan};
use usher_proto::{Answer, Request, codec, json};

use super::allocation::largest_while;
use super::in_proportion;

/// Most that serde sets aside for a list of claimed length before its first element has been read.
pub const MAX_LIST: usize = 1024 * 1024;

/// How many beginnings of an input are looked at.
const MAX_CUTS: usize = 64;

/// A request in a frame, or without its header.
pub fn request_frame(bytes: &[u8]) {
    message::<Request>(bytes, MAX_LIST);
}

/// An answer in a frame, or without its header.
pub fn answer_frame(bytes: &[u8]) {
    message::<Answer>(bytes, MAX_LIST);
}

/// A request as a line of JSON.
pub fn request_line(line: &[u8]) {
    let decoded = in_proportion(line.len(), || json::decode::<Request>(line));
    let Ok(request) = decoded else { return };
    let encoded = json::encode(&request).expect("a line was text, so its secrets are");
    assert_eq!(encoded.iter().position(|byte| *byte == b'\n'), Some(encoded.len() - 1), "one line");
    comes_back(&request);
}

/// A connection's bytes, of which a beginning has arrived.
pub fn frame_scan(bytes: &[u8]) {
    let whole = in_proportion(bytes.len(), || frame::scan(bytes));
    for cut in (0..bytes.len()).take(MAX_CUTS).chain([bytes.len() / 2]) {
        match (frame::scan(&bytes[..cut]), &whole) {
            (Ok(Scan::Incomplete { total }), _) => {
                assert!(cut < total && total <= HEADER + MAX_MESSAGE, "{total} bytes wanted");
                if let Ok(Scan::Message { end, .. } | Scan::Words { end, .. }) = &whole {
                    assert!(total <= *end, "{total} bytes wanted of {end}");
                }
            }
            (early, late) => assert_eq!(&early, late, "what came later changed the frame"),
        }
    }
    match whole {
        Ok(Scan::Incomplete { total }) => assert!(bytes.len() < total && total <= HEADER + MAX_MESSAGE),
        Ok(Scan::Message { body, end }) => assert_eq!(body, &bytes[HEADER..end]),
        Ok(Scan::Words { text, end }) => {
            assert!(end <= bytes.len() && !text.contains(char::is_control), "words for a terminal");
            let again = frame::words(&text);
            assert_eq!(frame::scan(&again), Ok(Scan::Words { text, end: again.len() }));
        }
        Err(_) => {}
    }
}

fn message<T: Serialize + DeserializeOwned>(bytes: &[u8], most: usize) {
    let body = match frame::scan(bytes) {
        Ok(Scan::Message { body, .. }) => body,
        _ => bytes,
    };
    let (decoded, largest) = largest_while(|| codec::decode::<T>(body));
    assert!(largest <= most, "{largest} bytes at once");
    if let Ok(message) = decoded {
        comes_back(&message);
    }
}

/// Checks that a message is the same after either form, told by its frame: every member is in there.
///
/// That is not the frame that it came in, as URLs are put into one form.
fn comes_back<T: Serialize + DeserializeOwned>(message: &T) {
    let framed = frame::encode(message).expect("a message of a small input is small");
    let Ok(Scan::Message { body, end }) = frame::scan(&framed) else { panic!("a whole frame") };
    assert_eq!(end, framed.len());
    let again: T = codec::decode(body).expect("what was encoded decodes");
    assert_eq!(frame::encode(&again).expect("small"), framed);
    // A secret that is not text has no JSON.
    if let Ok(line) = json::encode(message) {
        let again: T = json::decode(&line).expect("what was encoded decodes");
        assert_eq!(frame::encode(&again).expect("small"), framed);
    }
}
