//! The words after `usher`: read, and carried out.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command};
use usher_proto::ProfileName;

use super::VERBS;
use super::verb::{self, Verb, parse};
use crate::agent::Agent;
use crate::context::{Context, report};
use crate::error::{EXIT_CODES, Error, Exit};
use crate::start;
use crate::streams::Streams;

/// Names the profile in the environment.
const PROFILE: &str = "USHER_PROFILE";
/// Forbids starting an agent.
const NO_START: &str = "USHER_NO_START";

/// Reads the command line and does what it says.
pub(crate) fn run(words: Vec<OsString>, streams: &mut Streams<'_>) -> Exit {
    // What follows the dashes is said to another program.
    let json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let matches = match command_for(&words).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, json, streams),
    };
    match carry_out(&matches, json, None, streams) {
        Ok(exit) => exit,
        Err(error) => {
            report(streams, json, &error);
            error.exit()
        }
    }
}

/// Does what was read; a test brings the agent along.
pub(super) fn carry_out(
    matches: &ArgMatches,
    json: bool,
    agent: Option<Agent>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Error> {
    let mut context = Context {
        streams,
        profile: profile(matches.get_one::<String>("profile"))?,
        json,
        may_start: !matches.get_flag("no-start") && !start::forbidden(std::env::var_os(NO_START)),
        agent,
    };
    verb::run(&VERBS, matches, &mut context)
}

/// Describes no more than these words need: a verb that is meant occurs among them. To describe one
/// costs time, even if its arguments are left out; help and corrections want all of them.
fn command_for(words: &[OsString]) -> Command {
    let occurs = |text: &str| words.iter().any(|word| word == text);
    let wants_all = occurs("--help") || occurs("-h") || !VERBS.iter().any(|verb| occurs(verb.name));
    if wants_all { command() } else { described(|verb| occurs(verb.name)) }
}

pub(super) fn command() -> Command {
    described(|_| true)
}

fn described(is_wanted: impl Fn(&Verb) -> bool) -> Command {
    let command = Command::new("usher")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Cloudflare credentials, from the agent that holds them")
        .after_help(EXIT_CODES)
        .disable_help_subcommand(true)
        .arg(
            Arg::new("profile")
                .long("profile")
                .value_name("NAME")
                .global(true)
                .help("The set of credentials to use [USHER_PROFILE]"),
        )
        .arg(flag("json", "Print one line of JSON, errors too"))
        .arg(flag("no-start", "Do not start an agent when none answers [USHER_NO_START]"));
    verb::below(command, VERBS.iter().filter(|verb| is_wanted(verb)))
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help(help)
}

/// The flag wins over the environment.
fn profile(flag: Option<&String>) -> Result<Option<ProfileName>, Error> {
    let from_environment = || {
        let name = std::env::var_os(PROFILE).filter(|name| !name.is_empty())?;
        Some(name.into_string().unwrap_or_default())
    };
    let named = flag.cloned().or_else(from_environment);
    named.map(|name| parse(&name)).transpose()
}

/// Prints help, the version, or what is wrong with the command line.
pub(super) fn refused(error: &clap::Error, json: bool, streams: &mut Streams<'_>) -> Exit {
    let text = error.render().to_string();
    if !error.use_stderr() {
        let _ = streams.output.write_all(text.as_bytes()).and_then(|()| streams.output.flush());
        return Exit::Done;
    }
    if json {
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        report(streams, true, &Error::usage(message, "see usher --help"));
    } else {
        let _ = streams.errors.write_all(text.as_bytes());
    }
    Exit::Usage
}
