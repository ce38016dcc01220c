//! A login: asks the agent for it, shows a person the page, and waits until it is over.

mod qr;
mod wait;

use std::sync::Arc;

use usher_proto::answer::Imported;
use usher_proto::{Answer, Credential, Request, Secret};

use self::wait::Wait;
use crate::agent::LOGIN;
use crate::context::Context;
use crate::error::Error;
use crate::print::clean;
use crate::time::{and_ends, now};

/// How to show what happens on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    /// To a program: each event is a line of JSON on standard output. Else to a person, on standard error.
    pub(crate) as_json: bool,
    /// A browser may be opened.
    pub(crate) browser: bool,
    /// The page is drawn for the camera of a telephone too.
    pub(crate) qr: bool,
}

/// What a login brought.
#[derive(Debug)]
pub(crate) struct LoggedIn {
    /// The JWT.
    pub(crate) token: Arc<Secret>,
    /// What it is.
    pub(crate) credential: Arc<Credential>,
    /// A person was needed for it.
    by_person: bool,
}

/// Asks for a login and waits for it.
pub(crate) fn log_in(
    request: &Request,
    show: Show,
    context: &mut Context<'_, '_>,
) -> Result<LoggedIn, Error> {
    let (answer, by_person) = wait(request, show, context)?;
    let Answer::Token { token, credential } = answer else { return Err(Error::unexpected()) };
    Ok(LoggedIn { token, credential, by_person })
}

/// Asks for a login to an account and waits for it.
pub(crate) fn log_in_to_account(
    request: &Request,
    show: Show,
    context: &mut Context<'_, '_>,
) -> Result<Imported, Error> {
    match wait(request, show, context)? {
        (Answer::Imported(imported), _) => Ok(imported),
        _ => Err(Error::unexpected()),
    }
}

/// Waits for the answer; tells also whether a person was needed for it.
fn wait(request: &Request, show: Show, context: &mut Context<'_, '_>) -> Result<(Answer, bool), Error> {
    let mut wait = Wait::new(show);
    let answer = context.ask_hearing(request, LOGIN, |event, streams| wait.hear(event, streams));
    wait.clear(context.streams);
    Ok((answer?, wait.by_person))
}

impl LoggedIn {
    /// Says it in a sentence, which ends its line.
    pub(crate) fn sentence(&self) -> String {
        let Credential { label, email, expires, .. } = &*self.credential;
        let who = email.as_ref().map(|email| format!(" as {}", clean(email))).unwrap_or_default();
        let ends = and_ends("the token", *expires, now());
        let begin = if self.by_person { "Logged in to" } else { "No login was needed: there is a token for" };
        format!("{begin} {}{who}{ends}.\n", clean(label))
    }
}

impl From<LoggedIn> for Answer {
    fn from(LoggedIn { token, credential, .. }: LoggedIn) -> Self {
        Answer::Token { token, credential }
    }
}
