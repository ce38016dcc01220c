//! `usher cert roll ID`: another API token in an account certificate.

use clap::{ArgMatches, Args, Command};
use usher_proto::{Answer, Request};

use super::{no_verb, parse, read};
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::clean;

#[derive(Debug, Args)]
struct Arguments {
    /// The certificate's id, as usher list shows it
    #[arg(value_name = "ID")]
    id: String,
}

/// Describes what is below it.
pub(super) fn arguments(command: Command) -> Command {
    let roll = Command::new("roll").about("Give the API token in an account certificate another value");
    command
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(roll.defer(Arguments::augment_args))
}

/// Does what was named.
pub(super) fn run(matches: &ArgMatches, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    match matches.subcommand() {
        Some(("roll", matches)) => roll(&read(matches)?, context),
        _ => Err(no_verb()),
    }
}

fn roll(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask_within(&Request::RollCert { id: parse(&arguments.id)? }, API)?;
    let Answer::Rotated { credential, .. } = &answer else { return Err(Error::unexpected()) };
    if context.json {
        context.print_answer(&answer)?;
    } else {
        let (label, id) = (clean(&credential.label), &credential.id);
        context.print(&format!(
            "The certificate for {label} ({id}) has another API token; the one before is dead, in every copy.\n"
        ))?;
    }
    Ok(Exit::Done)
}
