//! `usher access login URL`: `usher login` with cloudflared's forms of output, which scripts take apart.

use clap::Args;
use usher_proto::Answer;
use usher_proto::request::DEFAULT_MIN_VALID;

use super::Application;
use crate::command::{login, parse};
use crate::context::Context;
use crate::error::{Error, Exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    application: Application,
    /// Print nothing on standard output
    #[arg(long, short)]
    quiet: bool,
    /// Print the token alone, as --app does
    #[arg(long)]
    no_verbose: bool,
    #[command(flatten)]
    way: login::Way,
}

/// Logs in and prints the token in the form that was asked for.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let app = parse(arguments.application.url()?)?;
    let as_json = context.json && !arguments.quiet;
    let logged_in = arguments.way.log_in(app, DEFAULT_MIN_VALID, as_json, context)?;
    if arguments.quiet {
        // The exit code says it.
    } else if as_json {
        context.print_answer(&Answer::from(logged_in))?;
    } else if arguments.no_verbose || arguments.application.app.is_some() {
        context.print_secret(&logged_in.token)?;
    } else {
        context.print_among("Successfully fetched your token:\n\n", &logged_in.token, "\n\n")?;
    }
    Ok(Exit::Done)
}
