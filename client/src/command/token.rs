//! `usher token URL`: the token alone on standard output, or the headers that open the application.

use std::sync::Arc;

use clap::Args;
use usher_proto::request::DEFAULT_MIN_VALID;
use usher_proto::{Answer, ProfileName, Request, Secret};

use super::{login, parse};
use crate::agent::NETWORK;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::shell_word;
use usher_proto::length::seconds;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The application, such as https://app.example.com/path
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Default, Args)]
pub(super) struct Options {
    /// Only a token that lives at least so long: 90s, 5m, 1h30m, or seconds
    #[arg(long, value_name = "DURATION")]
    min_valid: Option<String>,
    /// Print the request headers that open the application, one a line, for curl --header @FILE
    #[arg(long)]
    header: bool,
    /// Log in if that is needed, though no person is seen at a terminal
    #[arg(long, conflicts_with = "no_login")]
    login: bool,
    /// Never log in
    #[arg(long)]
    no_login: bool,
    #[command(flatten)]
    way: login::Way,
}

/// Asks for the token and prints it.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    print(&arguments.url, &arguments.options, context)
}

/// Asks for the token of a URL, or its headers, and prints that.
pub(super) fn print(url: &str, options: &Options, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = ask(url, options, context)?;
    match (&answer, options.header) {
        (Answer::Token { .. }, false) | (Answer::Headers { .. }, true) if context.json => {
            context.print_answer(&answer)?;
        }
        (Answer::Token { token, .. }, false) => context.print_secret(token)?,
        (Answer::Headers { headers, .. }, true) => context.print_headers(headers)?,
        _ => return Err(Error::unexpected()),
    }
    Ok(Exit::Done)
}

/// Asks for the token of a URL, to lend it to a program.
pub(super) fn to_lend(
    url: &str,
    min_valid: Option<&str>,
    context: &mut Context<'_, '_>,
) -> Result<Arc<Secret>, Error> {
    let options = Options { min_valid: min_valid.map(str::to_owned), ..Options::default() };
    match ask(url, &options, context)? {
        Answer::Token { token, .. } => Ok(token),
        _ => Err(Error::unexpected()),
    }
}

/// Asks for the token of a URL, or its headers; after a login, if that is needed and may be.
fn ask(url: &str, options: &Options, context: &mut Context<'_, '_>) -> Result<Answer, Error> {
    let min_valid = min_valid(options.min_valid.as_deref())?;
    let (app, profile) = (parse(url)?, context.one_profile());
    let request = if options.header {
        Request::Headers { app, profile, min_valid }
    } else {
        Request::Token { app, profile, min_valid }
    };
    match context.ask_within(&request, NETWORK) {
        Err(error) if error.wants_login() => {
            if !options.may_log_in(context) {
                return Err(Error { hint: hint(url, context.profile.as_ref()), ..error });
            }
            let logged_in = options.way.log_in(parse(url)?, min_valid, false, context)?;
            context.streams.tell(&logged_in.sentence());
            if options.header { context.ask_within(&request, NETWORK) } else { Ok(logged_in.into()) }
        }
        answered => answered,
    }
}

impl Options {
    /// A browser that opens by itself belongs to somebody who sits there, not to a script in the night.
    fn may_log_in(&self, context: &Context<'_, '_>) -> bool {
        let streams = &context.streams;
        !self.no_login && (self.login || (streams.errors_are_terminal)() && (streams.input_is_terminal)())
    }
}

/// Says how to log in to what was asked for.
pub(super) fn hint(url: &str, profile: Option<&ProfileName>) -> String {
    let profile = profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default();
    format!("log in with: usher login {}{profile}", shell_word(url))
}

/// Reads how long a token must live.
pub(super) fn min_valid(text: Option<&str>) -> Result<u32, Error> {
    let Some(text) = text else { return Ok(DEFAULT_MIN_VALID) };
    seconds(text).ok_or_else(|| {
        Error::usage("--min-valid is not a length of time", "write it as 90s, 5m, 1h30m, or in seconds")
    })
}
