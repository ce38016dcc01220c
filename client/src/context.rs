//! What every verb works with: the streams, the agent, and what was said for all verbs.

use std::io;
use std::time::Duration;

use serde::Serialize;
use usher_proto::{Answer, ProfileName, Request, json};

use crate::agent::{Agent, PATIENCE};
use crate::error::{Error, Own};
use crate::print::clean;
use crate::start;
use crate::streams::Streams;

/// One run of the command line.
pub(crate) struct Context<'c, 's> {
    /// Where a verb reads and writes.
    pub(crate) streams: &'c mut Streams<'s>,
    /// The profile that was named; every profile, or the default one, if none was.
    pub(crate) profile: Option<ProfileName>,
    /// Whether a program reads.
    pub(crate) json: bool,
    /// Whether an agent may be started.
    pub(crate) may_start: bool,
    /// The agent, once one was asked.
    pub(crate) agent: Option<Agent>,
}

impl Context<'_, '_> {
    /// Asks the agent something that is answered at once.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, Error> {
        self.ask_within(request, PATIENCE)
    }

    /// Asks the agent; its refusal is an error.
    pub(crate) fn ask_within(&mut self, request: &Request, limit: Duration) -> Result<Answer, Error> {
        let agent = match &mut self.agent {
            Some(agent) => agent,
            none => none.insert(start::reach(self.may_start, self.streams.errors)?),
        };
        match agent.ask(request, limit)? {
            Answer::Error(refusal) => Err(refusal.into()),
            answer => Ok(answer),
        }
    }

    /// Hangs up, so that the agent does not wait while a person is asked.
    pub(crate) fn hang_up(&mut self) {
        self.agent = None;
    }

    /// Prints a secret alone; a newline follows only on a terminal.
    pub(crate) fn print_secret(&mut self, secret: &usher_proto::Secret) -> Result<(), Error> {
        self.write(secret.expose())?;
        if (self.streams.output_is_terminal)() { self.write(b"\n") } else { Ok(()) }
    }

    /// Prints text that was cleaned, or is ours.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Error> {
        self.write(text.as_bytes())
    }

    /// Prints an answer for a program: the object inside it, on one line.
    pub(crate) fn print_answer(&mut self, answer: &Answer) -> Result<(), Error> {
        let mut line = json::encode(answer).map_err(|_| Error::unexpected())?;
        // {"token":{…}}\n becomes {…}\n
        let begin = line.iter().position(|b| *b == b':').map_or(0, |colon| colon + 1);
        let end = line.len() - 1;
        line[end - 1] = b'\n';
        self.write(&line[begin..end])
    }

    /// Prints something of the client's own for a program, on one line.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let line = json::encode(value).map_err(|_| Error::unexpected())?;
        self.write(&line)
    }

    /// Tells a person on standard error what went wrong, or a program as JSON.
    pub(crate) fn report(&mut self, error: &Error) {
        report(self.streams, self.json, error);
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let output = &mut *self.streams.output;
        output.write_all(bytes).and_then(|()| output.flush()).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::new(Own::ClosedOutput, "", ""),
            _ => Error::new(Own::Files, format!("the output cannot be written: {error}"), ""),
        })
    }
}

/// Writes an error in one go; a failure to do so leaves nobody to tell.
pub(crate) fn report(streams: &mut Streams<'_>, json: bool, error: &Error) {
    #[derive(Serialize)]
    struct Reported<'e> {
        error: &'e Error,
    }
    if error.reason == crate::error::Reason::Own(Own::ClosedOutput) {
        return;
    }
    let text = if json {
        serde_json::to_string(&Reported { error }).unwrap_or_default() + "\n"
    } else if error.hint.is_empty() {
        format!("usher: {}\n", clean(&error.message))
    } else {
        format!("usher: {}\n  hint: {}\n", clean(&error.message), clean(&error.hint))
    };
    let _ = streams.errors.write_all(text.as_bytes());
}
