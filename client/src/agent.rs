//! One connection to the agent: a question out, its answer in.

use std::io;
use std::time::{Duration, Instant};

use usher_proto::answer::Event;
use usher_proto::codec;
use usher_proto::frame::{self, FrameError, Scan, VERSION};
use usher_proto::{Answer, Request, Wiped};

use crate::connect::Connection;
use crate::error::{Error, Own};

/// How long an answer may take that asks neither a person nor Cloudflare.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// How long it may take when Cloudflare is asked, which the agent allows 30 s for.
pub const NETWORK: Duration = Duration::from_secs(40);
/// How long it may take, with all its events, when credentials are ended at Cloudflare one after the other.
pub const REVOKE: Duration = Duration::from_secs(5 * 60);
/// How long it may take when the API is asked several things, which the agent allows 90 s for.
pub const API: Duration = Duration::from_secs(100);
/// How long it may take when the OS keyring asks a person, which the agent allows 120 s for.
pub const PERSON: Duration = Duration::from_secs(130);
/// How long it may take, with all its events, when a person logs in, which the agent allows 10 min for.
pub const LOGIN: Duration = Duration::from_secs(11 * 60);

/// Room for the first read, in bytes: holds every answer but a long list, so that one read is enough.
const FIRST_READ: usize = 4 * 1024;

/// The agent at the other end.
#[derive(Debug)]
pub struct Agent {
    connection: Connection,
}

impl Agent {
    /// Speaks over a connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Sends a question and reads its answer, both within the limit.
    pub fn ask(&mut self, request: &Request, limit: Duration) -> Result<Answer, Error> {
        self.ask_hearing(request, limit, &mut |_| Err(Error::unexpected()))
    }

    /// The same for a question whose answer events may come before; `hear` is told each, and may end
    /// the wait.
    pub fn ask_hearing(
        &mut self,
        request: &Request,
        limit: Duration,
        hear: &mut dyn FnMut(Event) -> Result<(), Error>,
    ) -> Result<Answer, Error> {
        let deadline = Instant::now() + limit;
        self.send(request, deadline)?;
        self.answer(deadline, hear)
    }

    /// Sends a question.
    pub fn send(&mut self, request: &Request, deadline: Instant) -> Result<(), Error> {
        let frame = frame::encode(request).map_err(|_| {
            Error::usage("what is to be sent is larger than the agent takes", "send less at once")
        })?;
        match self.connection.write_all(&frame, deadline) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(lost(&error)),
            // What the agent said before it hung up is still there to read.
            _ => Ok(()),
        }
    }

    /// Waits until the agent hangs up, and tells whether it did.
    pub fn wait_for_end(self, limit: Duration) -> bool {
        match self.connection.read(&mut [0], Instant::now() + limit) {
            Ok(more) => more == 0,
            Err(error) => error.kind() != io::ErrorKind::TimedOut,
        }
    }

    /// Reads the answer to what was sent; `hear` is told each event before it, and may end the wait.
    pub fn answer(
        &mut self,
        deadline: Instant,
        hear: &mut dyn FnMut(Event) -> Result<(), Error>,
    ) -> Result<Answer, Error> {
        let mut space = Wiped::zeros(FIRST_READ);
        let mut filled = 0;
        loop {
            match frame::scan(&space[..filled]) {
                Ok(Scan::Message { body, end }) => match codec::decode(body).map_err(|_| garbled())? {
                    Answer::Event(event) => {
                        // More may have arrived with it.
                        space.copy_within(end..filled, 0);
                        filled -= end;
                        hear(event)?;
                        continue;
                    }
                    answer if end == filled => return Ok(answer),
                    _ => return Err(garbled()),
                },
                Ok(Scan::Words { text, .. }) => return Err(words(&text, space[4])),
                Ok(Scan::Incomplete { total }) if total > space.len() => {
                    let mut larger = Wiped::zeros(total);
                    larger[..filled].copy_from_slice(&space[..filled]);
                    space = larger;
                }
                Ok(Scan::Incomplete { .. }) => {}
                Err(FrameError::Version(theirs)) => return Err(words("", theirs)),
                Err(FrameError::NotAFrame | FrameError::TooLarge(_)) => return Err(garbled()),
            }
            match self.connection.read(&mut space[filled..], deadline).map_err(|error| lost(&error))? {
                0 => return Err(hung_up()),
                more => filled += more,
            }
        }
    }
}

/// Puts an error together from what the agent said in words, and says which side is stale.
fn words(text: &str, theirs: u8) -> Error {
    let (message, hint) = match theirs.cmp(&VERSION) {
        std::cmp::Ordering::Less => (
            format!("the agent is older than this client (protocol {theirs}, here {VERSION})"),
            "stop it, and the next command starts the one installed beside this client",
        ),
        std::cmp::Ordering::Greater => (
            format!("this client is older than the agent (protocol {VERSION}, there {theirs})"),
            "update usher, or stop the agent",
        ),
        std::cmp::Ordering::Equal => ("the agent did not answer the question".to_owned(), "try again later"),
    };
    let message = if text.is_empty() { message } else { format!("{message}; it says: {text}") };
    Error::new(Own::WrongVersion, message, hint)
}

fn garbled() -> Error {
    Error::new(
        Own::BadAnswer,
        "what the agent answered cannot be understood",
        "stop it, and the next command starts the one installed beside this client",
    )
}

fn hung_up() -> Error {
    Error::new(
        Own::NoAgent,
        "the agent hung up before it answered",
        "look at usher-agent's messages; try again",
    )
}

fn lost(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::TimedOut {
        return Error::new(
            Own::Timeout,
            "the agent did not answer in time",
            "it may wait for the keyring: see usher status; if that does not answer either, stop the agent",
        );
    }
    Error::new(
        Own::NoAgent,
        format!("the connection to the agent broke: {error}"),
        "look at usher-agent's messages; try again",
    )
}

#[cfg(test)]
mod tests;
