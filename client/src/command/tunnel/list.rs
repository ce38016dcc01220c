//! `usher tunnel list`: the tunnels of an account, as Cloudflare tells them.

use clap::Args;
use usher_proto::tunnel::Tunnel;
use usher_proto::{Answer, CredentialId, Request, Timestamp};

use super::which::Certificate;
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::Table;
use crate::time::{ago, now};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    certificate: Certificate,
}

/// Lists them.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let profile = context.one_profile();
    let request = Request::Tunnels { profile, cert: arguments.certificate.id()? };
    let answer = context.ask_within(&request, API)?;
    let Answer::Tunnels { tunnels } = &answer else { return Err(Error::unexpected()) };
    let words =
        if tunnels.is_empty() { "The account has no tunnels.\n".to_owned() } else { table(tunnels, now()) };
    context.print_answer_or(&answer, &words)?;
    Ok(Exit::Done)
}

fn table(tunnels: &[Tunnel], now: Timestamp) -> String {
    let mut table = Table::headed(["NAME", "UUID", "STATUS", "MADE", "HELD"]);
    for Tunnel { id, name, status, created, held, .. } in tunnels {
        let made = created.map_or_else(|| "-".to_owned(), |then| ago(then, now));
        let held = held.as_ref().map_or("-", CredentialId::as_str);
        table.row([name.as_str(), id, status.as_str(), &made, held]);
    }
    table.text()
}
