//! `usher access token --app=URL`: `usher token`, as scripts written for cloudflared spell it.

use clap::{ArgMatches, Args, Command};

use super::{no_verb, read, token};
use crate::context::Context;
use crate::error::{Error, Exit};

#[derive(Debug, Args)]
#[group(id = "application", required = true, multiple = false, args = ["app", "url"])]
pub(super) struct Arguments {
    /// The application
    #[arg(long, value_name = "URL")]
    app: Option<String>,
    /// The application
    #[arg(value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    options: token::Options,
}

/// Describes the one command below `access`.
pub(super) fn arguments(command: Command) -> Command {
    let token = Command::new("token").about("Print the Access token for an application's URL");
    command.subcommand_required(true).subcommand(token.defer(Arguments::augment_args))
}

/// Prints the token.
pub(super) fn run(matches: &ArgMatches, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let Some(("token", matches)) = matches.subcommand() else { return Err(no_verb()) };
    let arguments: Arguments = read(matches)?;
    let url = arguments.app.or(arguments.url).ok_or_else(no_verb)?;
    token::print(&url, &arguments.options, context)
}
