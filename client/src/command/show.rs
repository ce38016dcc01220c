//! `usher show ID`: everything about one credential but its secret.

use clap::Args;
use usher_proto::credential::Source;
use usher_proto::{Answer, Credential, Request, Timestamp};

use super::parse;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::Table;
use crate::time::{ago, expiry, now};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The credential's id, as usher list shows it
    #[arg(value_name = "ID")]
    id: String,
}

/// Asks and prints.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask(&Request::Show { id: parse(&arguments.id)? })?;
    let Answer::Show { credential } = &answer else { return Err(Error::unexpected()) };
    context.print_answer_or(&answer, &sheet(credential, now()))?;
    Ok(Exit::Done)
}

/// One line for each thing that applies.
fn sheet(credential: &Credential, now: Timestamp) -> String {
    let source = match &credential.source {
        Source::File(name) => format!("file {name}"),
        Source::Given => "given on a pipe or at a prompt".to_owned(),
        Source::Login => "a login in a browser".to_owned(),
        Source::Exchange => "an exchange at Cloudflare".to_owned(),
    };
    let text = |text: &Option<String>| text.clone();
    let mut table = Table::default();
    for (name, value) in [
        ("id", Some(credential.id.to_string())),
        ("kind", Some(credential.kind.words().to_owned())),
        ("for", Some(credential.label.clone())),
        ("profile", Some(credential.profile.to_string())),
        ("application", credential.app.as_ref().map(ToString::to_string)),
        ("audience", credential.audience.as_ref().map(ToString::to_string)),
        ("team", credential.team.as_ref().map(ToString::to_string)),
        ("account", text(&credential.account)),
        ("zone", text(&credential.zone)),
        ("tunnel", text(&credential.tunnel)),
        ("client id", text(&credential.client_id)),
        ("who", text(&credential.email)),
        ("issued", credential.issued.map(|then| ago(then, now))),
        ("ends", Some(expiry(credential.expires, now))),
        ("came from", Some(source)),
    ] {
        if let Some(value) = value {
            table.row([name, &value]);
        }
    }
    table.text()
}
