//! `usher status`: how the agent, its sandbox and its store are, and what Cloudflare is still to be told.

use std::sync::Arc;

use serde::Serialize;
use usher_proto::answer::{Sandbox, State, Status};
use usher_proto::revocation::Revoked;
use usher_proto::{Answer, Code, Credential, Request, Timestamp};

use crate::context::Context;
use crate::error::{Error, Exit, Reason};
use crate::print::{Table, clean, count};
use crate::time::{ago, now};

/// What a program reads: the status, the sandbox, and what Cloudflare is still to be told.
#[derive(Serialize)]
struct Whole<'s> {
    #[serde(flatten)]
    status: &'s Status,
    sandbox: &'s Sandbox,
    revocations: &'s [Revoked],
    rotations: &'s [Arc<Credential>],
}

/// Asks and prints.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let mut status = ask(context)?;
    let sandbox = sandbox(context)?;
    let (mut revocations, mut rotations) = (Vec::new(), Vec::new()); // not told while the store is closed
    if status.state == State::Open {
        match pending(context) {
            Err(Error { reason: Reason::Refused(Code::Locked), .. }) => status = ask(context)?, // just now
            left => (revocations, rotations) = left?,
        }
    }
    if context.json {
        let (revocations, rotations) = (&*revocations, &*rotations);
        context.print_json(&Whole { status: &status, sandbox: &sandbox, revocations, rotations })?;
    } else {
        context.print(&(sheet(&status, &sandbox, now()) + &left(&revocations, &rotations)))?;
    }
    Ok(Exit::Done)
}

fn sandbox(context: &mut Context<'_, '_>) -> Result<Sandbox, Error> {
    match context.ask(&Request::Sandbox {})? {
        Answer::Sandbox(sandbox) => Ok(sandbox),
        _ => Err(Error::unexpected()),
    }
}

fn pending(context: &mut Context<'_, '_>) -> Result<(Vec<Revoked>, Vec<Arc<Credential>>), Error> {
    match context.ask(&Request::Pending {})? {
        Answer::Pending { revoked, rotations } => Ok((revoked, rotations)),
        _ => Err(Error::unexpected()),
    }
}

/// Tells what is left to do; nothing as a rule.
fn left(revocations: &[Revoked], rotations: &[Arc<Credential>]) -> String {
    let words = |credential: &Credential| format!("{} ({})", clean(&credential.label), credential.id);
    let mut text = String::new();
    for Revoked { credential, how, why, .. } in revocations {
        let why = clean(why.as_deref().unwrap_or_default());
        text += &format!("to be revoked: {}: {}; {why}\n", words(credential), clean(how));
    }
    for credential in rotations {
        text += &format!("half rotated: {}; the same command finishes it\n", words(credential));
    }
    text
}

/// Asks for the status, for verbs that need to know.
pub(super) fn ask(context: &mut Context<'_, '_>) -> Result<Status, Error> {
    match context.ask(&Request::Status {})? {
        Answer::Status(status) => Ok(status),
        _ => Err(Error::unexpected()),
    }
}

fn sheet(status: &Status, sandbox: &Sandbox, now: Timestamp) -> String {
    let mut table = Table::default();
    let agent = format!("{}, process {}, started {}", status.version, status.pid, ago(status.started, now));
    table.row(["agent", &agent]);
    table.row(["socket", &status.socket]);
    let holds = sandbox.holds.join(", ");
    table.row(["sandbox", if holds.is_empty() { "none" } else { &holds }]);
    for lacking in &sandbox.lacks {
        table.row(["", &format!("without {lacking}")]);
    }
    table.row(["state", state(status.state)]);
    table.row(["store", &format!("{} ({})", status.store.name, status.store.chosen)]);
    table.row(["keeps", &status.store.keeps]);
    if let Some(trouble) = &status.store.trouble {
        table.row(["trouble", &trouble.message]);
        table.row(["", &trouble.hint]);
    }
    table.row(["credentials", &status.credentials.to_string()]);
    if status.unsaved > 0 {
        let unsaved = usize::try_from(status.unsaved).unwrap_or(usize::MAX);
        table.row(["unsaved", &format!("{}, lost when the agent ends", count(unsaved, "credential"))]);
    }
    table.row(["connections", &status.connections.to_string()]);
    table.text()
}

fn state(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Locked => "locked; usher unlock opens it",
        State::Closed => "locked by itself; usher unlock opens it",
        State::NeedsPassphrase => "the store wants its passphrase; usher unlock asks for it",
        State::NeedsNewPassphrase => "the store is new and gets the passphrase that usher unlock asks for",
        State::Unavailable => "the store cannot be read",
    }
}
