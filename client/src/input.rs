//! Secrets from a pipe, a file or a person, bounded before they are read.

use std::io::{self, Read};

use usher_proto::Secret;
use zeroize::Zeroizing;

use crate::error::{Error, Own};
use crate::streams::Streams;

/// Largest secret that is taken, in bytes: the longest account certificate known is under 2 KiB.
pub(crate) const MAX_SECRET: usize = 64 * 1024;

/// What was read up to the limit.
#[derive(Debug)]
pub(crate) enum Bounded {
    /// Nothing.
    Empty,
    /// All of it.
    Whole(Secret),
    /// More than [`MAX_SECRET`].
    TooLarge,
}

/// How far to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// To the end.
    End,
    /// To the end, leaving out the newlines that a shell's `echo` or an editor put there.
    Text,
    /// To the end of the first line, whose newline is left out.
    Line,
}

/// Reads into one buffer that is sized once and wiped.
pub(crate) fn read_bounded(source: &mut dyn Read, until: Until) -> io::Result<Bounded> {
    let mut space = Zeroizing::new(vec![0; MAX_SECRET + 1]);
    let mut filled = 0;
    let mut end = None;
    while filled < space.len() && end.is_none() {
        match source.read(&mut space[filled..]) {
            Ok(0) => break,
            Ok(more) => {
                if until == Until::Line {
                    end = space[filled..filled + more].iter().position(|b| *b == b'\n').map(|at| filled + at);
                }
                filled += more;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if filled > MAX_SECRET && end.is_none() {
        return Ok(Bounded::TooLarge);
    }
    let mut content = &space[..end.unwrap_or(filled)];
    if until != Until::End {
        let kept = content.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
        content = &content[..kept];
    }
    Ok(Secret::new(content.to_vec()).map_or(Bounded::Empty, Bounded::Whole))
}

/// Takes a secret from the input, which is not a terminal.
pub(crate) fn from_pipe(streams: &mut Streams<'_>, until: Until, what: &str) -> Result<Secret, Error> {
    match read_bounded(streams.input, until) {
        Ok(Bounded::Whole(secret)) => Ok(secret),
        Ok(Bounded::Empty) => Err(nothing(what)),
        Ok(Bounded::TooLarge) => Err(Error::usage(
            format!("standard input holds more than {} KiB", MAX_SECRET / 1024),
            format!("give {what} and nothing else"),
        )),
        Err(error) => Err(Error::new(Own::Files, format!("standard input cannot be read: {error}"), "")),
    }
}

/// Asks a person, without echo.
pub(crate) fn from_person(streams: &Streams<'_>, what: &str) -> Result<Secret, Error> {
    let typed = (streams.prompt)(&format!("{what} (not shown): ")).map_err(|error| {
        Error::new(
            Own::Files,
            format!("the terminal cannot be asked: {error}"),
            "give it on standard input, from a pipe",
        )
    })?;
    Secret::new(typed.into_bytes()).map_err(|_| nothing(what))
}

/// Takes a passphrase: from a person, or the first line of a pipe.
pub(crate) fn passphrase(streams: &mut Streams<'_>, what: &str) -> Result<Secret, Error> {
    if (streams.input_is_terminal)() {
        from_person(streams, what)
    } else {
        from_pipe(streams, Until::Line, what)
    }
}

/// Takes a passphrase that is new: a person types it twice.
pub(crate) fn new_passphrase(streams: &mut Streams<'_>) -> Result<Secret, Error> {
    let first = passphrase(streams, "New passphrase")?;
    if (streams.input_is_terminal)() && from_person(streams, "The same again")? != first {
        return Err(Error::usage("the two passphrases differ", "nothing was changed; try again"));
    }
    Ok(first)
}

/// Asks a person whether something may be done; only a clear yes is one.
pub(crate) fn agrees(streams: &mut Streams<'_>, question: &str) -> Result<bool, Error> {
    streams.tell(question);
    match read_bounded(streams.input, Until::Line) {
        Ok(Bounded::Whole(line)) => {
            Ok(["y", "yes"].iter().any(|yes| Secret::new(yes.as_bytes().to_vec()).as_ref() == Ok(&line)))
        }
        Ok(Bounded::Empty | Bounded::TooLarge) => Ok(false),
        Err(error) => Err(Error::new(Own::Files, format!("the terminal cannot be asked: {error}"), "")),
    }
}

fn nothing(what: &str) -> Error {
    Error::usage(format!("{what} is empty"), "nothing was changed")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as a slow pipe does.
    struct Slow<'b>(&'b [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut space[..1])
        }
    }

    fn read(source: &mut dyn Read, until: Until) -> Option<Vec<u8>> {
        match read_bounded(source, until).expect("a slice can be read") {
            Bounded::Whole(secret) => Some(secret.expose().to_vec()),
            Bounded::Empty | Bounded::TooLarge => None,
        }
    }

    #[test]
    fn one_line_or_all_of_it() {
        for text in [&b"pass phrase\r\nmore"[..], b"pass phrase\nmore", b"pass phrase"] {
            assert_eq!(read(&mut &*text, Until::Line).as_deref(), Some(&b"pass phrase"[..]));
            assert_eq!(read(&mut Slow(text), Until::Line).as_deref(), Some(&b"pass phrase"[..]));
            assert_eq!(read(&mut Slow(text), Until::End).as_deref(), Some(text));
        }
        assert_eq!(read(&mut &b"\nx"[..], Until::Line), None);
        assert_eq!(read(&mut &b"a\nb\r\n\n"[..], Until::Text).as_deref(), Some(&b"a\nb"[..]));
        assert_eq!(read(&mut &b"\n"[..], Until::Text), None);
    }

    #[test]
    fn what_is_too_large_is_not_taken_in_part() {
        let most = vec![b'x'; MAX_SECRET];
        assert_eq!(read(&mut &*most, Until::End).map(|read| read.len()), Some(MAX_SECRET));
        let more = vec![b'x'; MAX_SECRET + 1];
        assert!(matches!(read_bounded(&mut &*more, Until::End), Ok(Bounded::TooLarge)));
        assert!(matches!(read_bounded(&mut io::repeat(b'x'), Until::Line), Ok(Bounded::TooLarge)));
    }
}
