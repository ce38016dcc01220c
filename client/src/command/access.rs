//! `usher access token` and `usher access login`: the verbs as scripts written for cloudflared spell them.

mod login;

use clap::{ArgMatches, Args, Command};

use super::{no_verb, read, token};
use crate::context::Context;
use crate::error::{Error, Exit};

#[derive(Debug, Args)]
struct Arguments {
    #[command(flatten)]
    application: Application,
    #[command(flatten)]
    options: token::Options,
}

#[derive(Debug, Args)]
#[group(id = "application", required = true, multiple = false, args = ["app", "url"])]
struct Application {
    /// The application
    #[arg(long, value_name = "URL")]
    app: Option<String>,
    /// The application
    #[arg(value_name = "URL")]
    url: Option<String>,
}

impl Application {
    fn url(&self) -> Result<&str, Error> {
        self.app.as_deref().or(self.url.as_deref()).ok_or_else(no_verb)
    }
}

/// Describes the commands below `access`.
pub(super) fn arguments(command: Command) -> Command {
    let token = Command::new("token").about("Print the Access token for an application's URL");
    let login = Command::new("login").about("Log in to an application and print its token");
    command
        .subcommand_required(true)
        .subcommand(token.defer(Arguments::augment_args))
        .subcommand(login.defer(login::Arguments::augment_args))
}

/// Prints the token, after a login if that is the verb.
pub(super) fn run(mut matches: ArgMatches, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let (name, matches) = matches.remove_subcommand().ok_or_else(no_verb)?;
    match name.as_str() {
        "token" => {
            let arguments: Arguments = read(matches)?;
            token::print(arguments.application.url()?, &arguments.options, context)
        }
        "login" => login::run(&read(matches)?, context),
        _ => Err(no_verb()),
    }
}
