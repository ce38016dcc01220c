//! The command line: one verb, one file.

mod access;
mod agent;
mod audit;
mod borrow;
mod cert;
mod cloudflared;
mod exec;
mod forget;
mod import;
mod list;
mod lock;
mod login;
mod refresh;
mod revoke;
mod service_token;
mod show;
mod status;
mod targets;
mod token;
mod tunnel;
mod unlock;
mod verify;
mod watch;

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use usher_proto::ProfileName;

use crate::agent::Agent;
use crate::context::{Context, report};
use crate::error::{EXIT_CODES, Error, Exit};
use crate::start;
use crate::streams::Streams;

/// A verb: how it reads its arguments and what it does.
///
/// The structs of arguments have no doc comments, because the parser would show those in place of
/// `about`.
struct Verb {
    name: &'static str,
    about: &'static str,
    /// Describes the arguments; only done for the verb that is named.
    arguments: fn(Command) -> Command,
    run: fn(&ArgMatches, &mut Context<'_, '_>) -> Result<Exit, Error>,
}

const VERBS: [Verb; 21] = [
    Verb {
        name: "token",
        about: "Print the Access token for an application's URL",
        arguments: token::Arguments::augment_args,
        run: |matches, context| token::run(&read(matches)?, context),
    },
    Verb {
        name: "login",
        about: "Log in to an application, in a browser if nothing else brings a token",
        arguments: login::Arguments::augment_args,
        run: |matches, context| login::run(&read(matches)?, context),
    },
    Verb {
        name: "access",
        about: "Both, spelled as cloudflared spells them: access token --app=URL, access login URL",
        arguments: access::arguments,
        run: access::run,
    },
    Verb {
        name: "refresh",
        about: "Get new app tokens now, without a browser",
        arguments: targets::Arguments::augment_args,
        run: |matches, context| refresh::run(read(matches)?, context),
    },
    Verb {
        name: "verify",
        about: "Ask Cloudflare whether it takes app tokens, and replace those that it refuses",
        arguments: targets::Arguments::augment_args,
        run: |matches, context| verify::run(read(matches)?, context),
    },
    Verb {
        name: "exec",
        about: "Run a program with secrets lent to it, and none that lie about",
        arguments: exec::Arguments::augment_args,
        run: |matches, context| exec::run(&read(matches)?, context),
    },
    Verb {
        name: "tunnel",
        about: "Log in to an account, and work with its tunnels and their credentials",
        arguments: tunnel::arguments,
        run: tunnel::run,
    },
    Verb {
        name: "cloudflared",
        about: "Run cloudflared with an account certificate that is in no file",
        arguments: cloudflared::Arguments::augment_args,
        run: |matches, context| cloudflared::run(&read(matches)?, context),
    },
    Verb {
        name: "import",
        about: "Take in a cloudflared folder, or one secret from a pipe or a prompt",
        arguments: import::Arguments::augment_args,
        run: |matches, context| import::run(&read(matches)?, context),
    },
    Verb {
        name: "list",
        about: "List what the agent holds",
        arguments: |command| command,
        run: |_, context| list::run(context),
    },
    Verb {
        name: "show",
        about: "Tell everything about one credential but its secret",
        arguments: show::Arguments::augment_args,
        run: |matches, context| show::run(&read(matches)?, context),
    },
    Verb {
        name: "revoke",
        about: "End credentials here and at Cloudflare, and tell what is still valid",
        arguments: revoke::Arguments::augment_args,
        run: |matches, context| revoke::run(&read(matches)?, context),
    },
    Verb {
        name: "service-token",
        about: "Rotate a service token",
        arguments: service_token::arguments,
        run: service_token::run,
    },
    Verb {
        name: "cert",
        about: "Roll the API token in an account certificate",
        arguments: cert::arguments,
        run: cert::run,
    },
    Verb {
        name: "forget",
        about: "Wipe credentials from the agent and its store; at Cloudflare they stay valid",
        arguments: forget::Arguments::augment_args,
        run: |matches, context| forget::run(&read(matches)?, context),
    },
    Verb {
        name: "watch",
        about: "Tell what happens to credentials, as it happens",
        arguments: watch::Arguments::augment_args,
        run: |matches, context| watch::run(read(matches)?, context),
    },
    Verb {
        name: "audit",
        about: "Tell who asked the agent for what, from its audit log",
        arguments: audit::Arguments::augment_args,
        run: |matches, context| audit::run(&read(matches)?, context),
    },
    Verb {
        name: "status",
        about: "Tell how the agent and its store are",
        arguments: |command| command,
        run: |_, context| status::run(context),
    },
    Verb {
        name: "lock",
        about: "Seal what the agent holds under a passphrase",
        arguments: |command| command,
        run: |_, context| lock::run(context),
    },
    Verb {
        name: "unlock",
        about: "Open a locked agent, or a locked store",
        arguments: |command| command,
        run: |_, context| unlock::run(context),
    },
    Verb {
        name: "agent",
        about: "Start or stop the agent, or tell whether one answers",
        arguments: agent::arguments,
        run: agent::run,
    },
];

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
fn carry_out(
    matches: &ArgMatches,
    json: bool,
    agent: Option<Agent>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Error> {
    let Some((name, arguments)) = matches.subcommand() else { return Err(no_verb()) };
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else { return Err(no_verb()) };
    let mut context = Context {
        streams,
        profile: profile(matches.get_one::<String>("profile"))?,
        json,
        may_start: !matches.get_flag("no-start") && !start::forbidden(std::env::var_os(NO_START)),
        agent,
    };
    (verb.run)(arguments, &mut context)
}

fn no_verb() -> Error {
    Error::usage("there is no such command", "see usher --help")
}

/// Describes no more than these words need: a verb that is meant occurs among them. To describe one
/// costs time, even if its arguments are left out; help and corrections want all of them.
fn command_for(words: &[OsString]) -> Command {
    let occurs = |text: &str| words.iter().any(|word| word == text);
    let wants_all = occurs("--help") || occurs("-h") || !VERBS.iter().any(|verb| occurs(verb.name));
    if wants_all { command() } else { described(|verb| occurs(verb.name)) }
}

fn command() -> Command {
    described(|_| true)
}

fn described(is_wanted: impl Fn(&Verb) -> bool) -> Command {
    let mut command = Command::new("usher")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Cloudflare credentials, from the agent that holds them")
        .after_help(EXIT_CODES)
        .subcommand_required(true)
        .arg_required_else_help(true)
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
    for verb in VERBS.iter().filter(|verb| is_wanted(verb)) {
        command = command.subcommand(Command::new(verb.name).about(verb.about).defer(verb.arguments));
    }
    command
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).global(true).help(help)
}

/// Reads a verb's arguments, which the parser has checked.
fn read<A: FromArgMatches>(matches: &ArgMatches) -> Result<A, Error> {
    A::from_arg_matches(matches).map_err(|error| Error::usage(error.to_string(), "see usher --help"))
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

/// Reads a checked value; the error says what it should look like and does not quote it.
fn parse<T: std::str::FromStr<Err = usher_proto::name::BadName>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|bad: usher_proto::name::BadName| {
        Error::usage(format!("what was given is not {}", bad.what), format!("it looks like: {}", bad.form))
    })
}

/// Prints help, the version, or what is wrong with the command line.
fn refused(error: &clap::Error, json: bool, streams: &mut Streams<'_>) -> Exit {
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

#[cfg(test)]
mod tests;
