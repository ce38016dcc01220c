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
    let matches = match matches(&words) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, json, streams),
    };
    match carry_out(matches, json, None, streams) {
        Ok(exit) => exit,
        Err(error) => {
            report(streams, json, &error);
            error.exit()
        }
    }
}

/// Does what was read; a test brings the agent along.
pub(super) fn carry_out(
    matches: ArgMatches,
    json: bool,
    agent: Option<Agent>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Error> {
    let mut context = Context {
        streams,
        profile: profile(said(&matches, "profile"))?,
        json,
        may_start: said(&matches, "no-start") != Some(&true) && !start::forbidden(std::env::var_os(NO_START)),
        agent,
    };
    verb::run(&VERBS, matches, &mut context)
}

/// Takes the words apart by a description of no more than they need, as to describe a verb or an option
/// costs time: a verb that is meant occurs among them, and an option begins with a dash. Help and
/// corrections want the whole.
pub(super) fn matches(words: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let has_options = words.iter().any(|word| word.as_encoded_bytes().starts_with(b"-"));
    let occurs = |verb: &Verb| words.iter().any(|word| word == verb.name);
    let least = described(has_options, occurs).try_get_matches_from(words);
    least.or_else(|_| command().try_get_matches_from(words))
}

pub(super) fn command() -> Command {
    described(true, |_| true)
}

fn described(with_options: bool, is_wanted: impl Fn(&Verb) -> bool) -> Command {
    let command = Command::new("usher")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Cloudflare credentials, from the agent that holds them")
        .after_help(EXIT_CODES)
        .disable_help_subcommand(true);
    let command = if with_options { command.args(options()) } else { command };
    verb::below(command, VERBS.iter().filter(|verb| is_wanted(verb)))
}

/// What can be said with every verb.
fn options() -> [Arg; 3] {
    let flag = |name| Arg::new(name).long(name).action(ArgAction::SetTrue).global(true);
    [
        Arg::new("profile")
            .long("profile")
            .value_name("NAME")
            .global(true)
            .help("The set of credentials to use [USHER_PROFILE]"),
        flag("json").help("Print one line of JSON, errors too"),
        flag("no-start").help("Do not start an agent when none answers [USHER_NO_START]"),
    ]
}

/// Reads one of these, if it was described and said.
fn said<'m, T: Clone + Send + Sync + 'static>(matches: &'m ArgMatches, option: &str) -> Option<&'m T> {
    matches.try_get_one(option).ok().flatten()
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
