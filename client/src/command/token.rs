//! `usher token URL`: the token alone on standard output.

use clap::Args;
use usher_proto::request::DEFAULT_MIN_VALID;
use usher_proto::{Answer, Request};

use super::parse;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::time::seconds;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The application, such as https://app.example.com/path
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only a token that lives at least so long: 90s, 5m, 1h30m, or seconds
    #[arg(long, value_name = "DURATION")]
    min_valid: Option<String>,
}

/// Asks for the token and prints it.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    print(&arguments.url, &arguments.options, context)
}

/// Asks for the token of a URL and prints it.
pub(super) fn print(url: &str, options: &Options, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let min_valid = match &options.min_valid {
        None => DEFAULT_MIN_VALID,
        Some(text) => seconds(text).ok_or_else(|| {
            Error::usage("--min-valid is not a length of time", "write it as 90s, 5m, 1h30m, or in seconds")
        })?,
    };
    let profile = context.profile.clone().unwrap_or_default();
    let answer = context.ask(&Request::Token { app: parse(url)?, profile, min_valid })?;
    match &answer {
        Answer::Token { .. } if context.json => context.print_answer(&answer)?,
        Answer::Token { token, .. } => context.print_secret(token)?,
        _ => return Err(Error::unexpected()),
    }
    Ok(Exit::Done)
}
