//! JSON Lines, for every tool that is not our own client: one request a line, one answer a line.
//!
//! A connection whose first byte is `{` speaks it. The requests, answers and rights are the same.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::Malformed;
use crate::frame::MAX_MESSAGE;
use crate::wiped::Wiped;

/// First byte of a connection that speaks JSON Lines.
pub const FIRST_BYTE: u8 = b'{';

/// Longest line in bytes, its newline included.
pub const MAX_LINE: usize = MAX_MESSAGE;

/// Reads the message on a line, which it uses up.
///
/// The error is silent: the parser's own words may quote the input.
pub fn decode<T: DeserializeOwned>(line: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(line).map_err(|_| Malformed)
}

/// Makes the line of a message, its newline included, in a buffer that is sized once and wiped when
/// dropped.
pub fn encode<T: Serialize>(message: &T) -> Result<Wiped, Malformed> {
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, message).map_err(|_| Malformed)?;
    let mut line = Wiped::from(Vec::with_capacity(counted.0 + 1));
    serde_json::to_writer(&mut *line, message).map_err(|_| Malformed)?;
    line.push(b'\n');
    Ok(line)
}

/// Counts what is written to it.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;

    #[test]
    fn a_line_is_sized_once() {
        let line = encode(&Request::Status {}).expect("plain");
        assert_eq!(line.as_slice(), b"{\"status\":{}}\n");
        assert_eq!(line.capacity(), line.len());
    }

    #[test]
    fn unknown_members_are_refused() {
        for line in [
            r#"{"status":{"x":1}}"#,
            r#"{"token":{"app":"https://a.example","min_vaild":5}}"#,
            r#"{"status":{}}x"#,
            r#"{"nonsense":{}}"#,
            "{}",
            "",
        ] {
            assert!(decode::<Request>(line.as_bytes()).is_err(), "{line}");
        }
    }
}
