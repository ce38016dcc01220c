//! What every verb works with: the streams, the agent, and what was said for all verbs.

use std::time::{Duration, Instant};

use serde::Serialize;
use usher_proto::answer::{Event, Header};
use usher_proto::{Answer, ProfileName, Request, Secret, Wiped, json};

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

impl<'s> Context<'_, 's> {
    /// Tells the profile that was named, or the default one, for what is about one.
    pub(crate) fn one_profile(&self) -> ProfileName {
        self.profile.clone().unwrap_or_default()
    }

    /// Asks the agent something that is answered at once.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, Error> {
        self.ask_within(request, PATIENCE)
    }

    /// Asks the agent; its refusal is an error.
    pub(crate) fn ask_within(&mut self, request: &Request, limit: Duration) -> Result<Answer, Error> {
        done(self.agent()?.0.ask(request, limit)?)
    }

    /// The same where events come before the answer; they are told together with the streams.
    pub(crate) fn ask_hearing(
        &mut self,
        request: &Request,
        limit: Duration,
        mut hear: impl FnMut(Event, &mut Streams<'_>) -> Result<(), Error>,
    ) -> Result<Answer, Error> {
        let (agent, streams) = self.agent()?;
        done(agent.ask_hearing(request, limit, &mut |event| hear(event, streams))?)
    }

    /// Reaches the agent and asks nothing yet.
    pub(crate) fn reach(&mut self) -> Result<(), Error> {
        self.agent().map(|_| ())
    }

    /// Sends a question whose answer is heard later.
    pub(crate) fn send(&mut self, request: &Request, limit: Duration) -> Result<(), Error> {
        self.agent()?.0.send(request, Instant::now() + limit)
    }

    /// Hears the events that come for the question that was sent, and its answer.
    pub(crate) fn hear(
        &mut self,
        limit: Duration,
        mut hear: impl FnMut(Event, &mut Streams<'_>) -> Result<(), Error>,
    ) -> Result<Answer, Error> {
        let (agent, streams) = self.agent()?;
        done(agent.answer(Instant::now() + limit, &mut |event| hear(event, streams))?)
    }

    /// Reaches the agent if that was not done yet.
    fn agent(&mut self) -> Result<(&mut Agent, &mut Streams<'s>), Error> {
        let agent = match &mut self.agent {
            Some(agent) => agent,
            none => none.insert(start::reach(self.may_start, self.streams.errors)?),
        };
        Ok((agent, self.streams))
    }

    /// Hangs up, so that the agent does not wait while a person is asked.
    pub(crate) fn hang_up(&mut self) {
        self.agent = None;
    }

    /// Prints a secret alone; a newline follows only on a terminal.
    pub(crate) fn print_secret(&mut self, secret: &Secret) -> Result<(), Error> {
        self.streams.print(secret.expose())?;
        if (self.streams.output_is_terminal)() { self.streams.print(b"\n") } else { Ok(()) }
    }

    /// Prints a secret among words of ours, all at once.
    pub(crate) fn print_among(&mut self, before: &str, secret: &Secret, after: &str) -> Result<(), Error> {
        self.streams.print(&joined([before.as_bytes(), secret.expose(), after.as_bytes()]))
    }

    /// Prints headers as HTTP and curl's `--header @FILE` have them, one a line.
    pub(crate) fn print_headers(&mut self, headers: &[Header]) -> Result<(), Error> {
        // A line break inside would be the beginning of another header.
        if headers.iter().any(|header| header.value.expose().iter().any(u8::is_ascii_control)) {
            return Err(Error::unexpected());
        }
        let lines = headers
            .iter()
            .flat_map(|Header { name, value }| [name.as_str().as_bytes(), b": ", value.expose(), b"\n"]);
        self.streams.print(&joined(lines))
    }

    /// Prints text that was cleaned, or is ours.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Error> {
        self.streams.print(text.as_bytes())
    }

    /// Prints an answer for a program: the object inside it, on one line.
    pub(crate) fn print_answer(&mut self, answer: &Answer) -> Result<(), Error> {
        let mut line = json::encode(answer).map_err(|_| Error::unexpected())?;
        // {"token":{…}}\n becomes {…}\n
        let begin = line.iter().position(|b| *b == b':').map_or(0, |colon| colon + 1);
        let end = line.len() - 1;
        line[end - 1] = b'\n';
        self.streams.print(&line[begin..end])
    }

    /// Prints an answer as a program reads it, or in these words for a person.
    pub(crate) fn print_answer_or(&mut self, answer: &Answer, words: &str) -> Result<(), Error> {
        if self.json { self.print_answer(answer) } else { self.print(words) }
    }

    /// Prints something of the client's own for a program, on one line.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        self.streams.print_json(value)
    }

    /// Tells a person on standard error what went wrong, or a program as JSON.
    pub(crate) fn report(&mut self, error: &Error) {
        report(self.streams, self.json, error);
    }
}

fn done(answer: Answer) -> Result<Answer, Error> {
    match answer {
        Answer::Error(refusal) => Err(refusal.into()),
        answer => Ok(answer),
    }
}

/// Joins bytes that are secret, in a buffer that is sized once.
fn joined<'b>(parts: impl IntoIterator<Item = &'b [u8]> + Clone) -> Wiped {
    let length = parts.clone().into_iter().map(<[u8]>::len).sum();
    let mut joined = Wiped::from(Vec::with_capacity(length));
    parts.into_iter().for_each(|part| joined.extend_from_slice(part));
    joined
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
    streams.tell(&text);
}
