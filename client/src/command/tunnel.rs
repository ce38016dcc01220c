//! `usher tunnel …`: tunnels, and the programs that serve them.

mod run;

use clap::{ArgMatches, Args, Command};

use super::{no_verb, read};
use crate::context::Context;
use crate::error::{Error, Exit};

/// Describes the commands below `tunnel`.
pub(super) fn arguments(command: Command) -> Command {
    let run = Command::new("run").about("Run cloudflared for a tunnel, whose token is in no file");
    command.subcommand_required(true).subcommand(run.defer(run::Arguments::augment_args))
}

/// Does what is asked.
pub(super) fn run(matches: &ArgMatches, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    match matches.subcommand() {
        Some(("run", matches)) => run::run(&read(matches)?, context),
        _ => Err(no_verb()),
    }
}
