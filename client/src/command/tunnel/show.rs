//! `usher tunnel show NAME|UUID`: everything about one tunnel and who serves it, but not its secret.

use usher_proto::tunnel::{Connector, Tunnel};
use usher_proto::{Answer, Request, Timestamp};

use super::which;
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::Table;
use crate::time::{ago, now};

/// Asks and prints.
pub(super) fn run(arguments: &which::Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask_within(&Request::Tunnel(arguments.which(context)?), API)?;
    let Answer::Tunnel { tunnel, connectors } = &answer else { return Err(Error::unexpected()) };
    context.print_answer_or(&answer, &(sheet(tunnel, now()) + &served(connectors, now())))?;
    Ok(Exit::Done)
}

/// One line for each thing that is known.
fn sheet(tunnel: &Tunnel, now: Timestamp) -> String {
    let mut table = Table::default();
    for (name, value) in [
        ("name", Some(tunnel.name.clone())),
        ("uuid", Some(tunnel.id.clone())),
        ("account", Some(tunnel.account.clone())),
        ("status", Some(tunnel.status.as_str().to_owned())),
        ("made", tunnel.created.map(|then| ago(then, now))),
        ("held", Some(tunnel.held.as_ref().map_or_else(|| "no".to_owned(), ToString::to_string))),
    ] {
        if let Some(value) = value {
            table.row([name, &value]);
        }
    }
    table.text()
}

/// One line for each connector, and the data centres of its connections.
fn served(connectors: &[Connector], now: Timestamp) -> String {
    if connectors.is_empty() {
        return "No connector serves it.\n".to_owned();
    }
    let mut table = Table::headed(["CONNECTOR", "VERSION", "SYSTEM", "SINCE", "CONNECTIONS"]);
    for Connector { id, version, arch, since, places } in connectors {
        let since = since.map_or_else(|| "-".to_owned(), |then| ago(then, now));
        table.row([id, version, arch, &since, &format!("{} ({})", places.len(), places.join(", "))]);
    }
    format!("\n{}", table.text())
}
