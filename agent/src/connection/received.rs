//! Finds a message at the beginning of what has arrived, in either form.

use usher_proto::frame::{self, FrameError, Scan};
use usher_proto::{Code, Refusal, Request, codec, json};

use super::Form;
use super::inbox::Inbox;

/// What came of looking for a message.
pub(super) enum Received {
    Request {
        request: Result<Request, Refusal>,
        used: usize,
    },
    /// Not yet; so many bytes are needed from the beginning of the inbox.
    Incomplete(usize),
    /// What comes after this cannot be told from it: the answer is the last one.
    Broken(Refusal),
}

/// Looks for one.
pub(super) fn look(inbox: &mut Inbox, form: Form) -> Received {
    match form {
        Form::Frames => look_for_frame(inbox.bytes()),
        Form::Lines => look_for_line(inbox),
    }
}

fn look_for_frame(bytes: &[u8]) -> Received {
    match frame::scan(bytes) {
        Ok(Scan::Incomplete { total }) => Received::Incomplete(total),
        Ok(Scan::Message { body, end }) => {
            Received::Request { request: decoded(codec::decode(body)), used: end }
        }
        Ok(Scan::Words { .. }) => Received::Broken(Refusal::new(
            Code::BadRequest,
            "words are for the agent to say",
            "send a message",
        )),
        Err(error) => refuse_frame(error),
    }
}

fn refuse_frame(error: FrameError) -> Received {
    let (code, hint) = match error {
        FrameError::NotAFrame => (Code::BadRequest, "proto/PROTOCOL.md tells how to speak to the agent"),
        FrameError::Version(_) => {
            (Code::WrongVersion, "install client and agent of the same release, then `usher agent stop`")
        }
        FrameError::TooLarge(_) => (Code::TooLarge, "send less"),
    };
    Received::Broken(Refusal::new(code, error.to_string(), hint))
}

fn look_for_line(inbox: &mut Inbox) -> Received {
    let end = inbox.find(b'\n');
    let bytes = inbox.bytes();
    match end {
        _ if bytes[0] != json::FIRST_BYTE => refuse_frame(FrameError::NotAFrame),
        Some(end) if end < json::MAX_LINE => {
            Received::Request { request: decoded(json::decode(&bytes[..end])), used: end + 1 }
        }
        None if bytes.len() < json::MAX_LINE => Received::Incomplete(bytes.len() + 1),
        _ => Received::Broken(Refusal::new(
            Code::TooLarge,
            format!("a line is over the limit of {} bytes", json::MAX_LINE),
            "end each request with a newline",
        )),
    }
}

fn decoded(request: Result<Request, codec::Malformed>) -> Result<Request, Refusal> {
    request.map_err(|_| {
        Refusal::new(
            Code::BadRequest,
            "the request was not understood",
            "proto/PROTOCOL.md lists the requests and their members",
        )
    })
}
