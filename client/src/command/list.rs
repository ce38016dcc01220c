//! `usher list`: what the agent holds.

use std::sync::Arc;

use usher_proto::{Answer, Credential, Request, Timestamp};

use super::status;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::Table;
use crate::time::{expiry, now};

/// Lists one profile, or all of them; what is left out then, because it is locked, is told beside.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let credentials = all(context)?;
    if context.json {
        context.print_answer(&Answer::List { credentials, more: false })?;
    } else if credentials.is_empty() {
        context.print("The agent holds no credentials; usher login URL gets one, usher import takes in a cloudflared folder.\n")?;
    } else {
        context.print(&table(credentials.iter().map(AsRef::as_ref), now()))?;
    }
    if context.profile.is_none()
        && let Some(trouble) = status::ask(context)?.store.trouble
    {
        context.report(&trouble.into());
    }
    Ok(Exit::Done)
}

/// Asks page by page.
pub(super) fn all(context: &mut Context<'_, '_>) -> Result<Vec<Arc<Credential>>, Error> {
    let mut all: Vec<Arc<Credential>> = Vec::new();
    loop {
        let after = all.last().map(|credential| credential.id.clone());
        let answer = context.ask(&Request::List { profile: context.profile.clone(), after })?;
        let Answer::List { credentials, more } = answer else { return Err(Error::unexpected()) };
        let nothing_new = credentials.is_empty();
        all.extend(credentials);
        if !more || nothing_new {
            return Ok(all);
        }
    }
}

fn table<'c>(credentials: impl Iterator<Item = &'c Credential>, now: Timestamp) -> String {
    let mut table = Table::headed(["ID", "PROFILE", "KIND", "FOR", "WHO", "ENDS"]);
    for credential in credentials {
        table.row([
            credential.id.as_str(),
            credential.profile.as_str(),
            credential.kind.words(),
            &credential.label,
            credential.email.as_deref().unwrap_or("-"),
            &expiry(credential.expires, now),
        ]);
    }
    table.text()
}
