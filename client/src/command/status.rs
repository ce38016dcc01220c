//! `usher status`: how the agent and its store are.

use usher_proto::answer::{State, Status};
use usher_proto::revocation::Revoked;
use usher_proto::{Answer, Request, Timestamp};

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::{Table, clean, count};
use crate::time::{ago, now};

/// Asks and prints.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask(&Request::Status {})?;
    let Answer::Status(status) = &answer else { return Err(Error::unexpected()) };
    if context.json {
        context.print_answer(&answer)?;
    } else {
        let open = status.state == State::Open;
        let sheet = sheet(status, now());
        let pending = if open { pending(context)? } else { String::new() };
        context.print(&(sheet + &pending))?;
    }
    Ok(Exit::Done)
}

/// Tells what Cloudflare is still to be told; nothing as a rule.
fn pending(context: &mut Context<'_, '_>) -> Result<String, Error> {
    let Answer::Pending { revoked, rotations } = context.ask(&Request::Pending {})? else {
        return Err(Error::unexpected());
    };
    let mut text = String::new();
    for Revoked { credential, how, why, .. } in &revoked {
        let why = why.as_deref().unwrap_or_default();
        text += &format!(
            "to be revoked: {} ({}): {}; {}\n",
            clean(&credential.label),
            credential.id,
            how,
            clean(why)
        );
    }
    for credential in &rotations {
        let label = clean(&credential.label);
        text += &format!("half rotated: {label} ({}); the same command finishes it\n", credential.id);
    }
    Ok(text)
}

/// Asks for the status, for verbs that need to know.
pub(super) fn ask(context: &mut Context<'_, '_>) -> Result<Status, Error> {
    match context.ask(&Request::Status {})? {
        Answer::Status(status) => Ok(status),
        _ => Err(Error::unexpected()),
    }
}

fn sheet(status: &Status, now: Timestamp) -> String {
    let mut table = Table::default();
    let agent = format!("{}, process {}, started {}", status.version, status.pid, ago(status.started, now));
    table.row(["agent", &agent]);
    table.row(["socket", &status.socket]);
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
        State::NeedsPassphrase => "the store wants its passphrase; usher unlock asks for it",
        State::NeedsNewPassphrase => "the store is new and gets the passphrase that usher unlock asks for",
        State::Unavailable => "the store cannot be read",
    }
}
