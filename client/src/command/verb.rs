//! What a verb is, and what verbs share in reading their arguments.

use std::str::FromStr;

use clap::{ArgMatches, Command, FromArgMatches};
use usher_proto::name::BadName;

use crate::context::Context;
use crate::error::{Error, Exit};

/// A verb: how it reads its arguments and what it does.
///
/// The structs of arguments have no doc comments, because the parser would show those in place of
/// `about`.
pub(super) struct Verb {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Describes the arguments; only done for the verb that is named.
    pub(super) arguments: fn(Command) -> Command,
    pub(super) run: fn(ArgMatches, &mut Context<'_, '_>) -> Result<Exit, Error>,
}

/// Describes verbs below a command, which does nothing without one of them.
pub(super) fn below<'v>(command: Command, verbs: impl IntoIterator<Item = &'v Verb>) -> Command {
    let command = command.subcommand_required(true).arg_required_else_help(true);
    command.subcommands(
        verbs.into_iter().map(|verb| Command::new(verb.name).about(verb.about).defer(verb.arguments)),
    )
}

/// Does what was named.
pub(super) fn run(
    verbs: &[Verb],
    mut matches: ArgMatches,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let (name, arguments) = matches.remove_subcommand().ok_or_else(no_verb)?;
    let verb = verbs.iter().find(|verb| verb.name == name).ok_or_else(no_verb)?;
    (verb.run)(arguments, context)
}

pub(super) fn no_verb() -> Error {
    Error::usage("there is no such command", "see usher --help")
}

/// Reads a verb's arguments, which the parser has checked. It takes them away, as a copy costs time.
pub(super) fn read<A: FromArgMatches>(mut matches: ArgMatches) -> Result<A, Error> {
    A::from_arg_matches_mut(&mut matches).map_err(|error| Error::usage(error.to_string(), "see usher --help"))
}

/// Reads a checked value; the error says what it should look like and does not quote it.
pub(super) fn parse<T: FromStr<Err = BadName>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|bad: BadName| {
        Error::usage(format!("what was given is not {}", bad.what), format!("it looks like: {}", bad.form))
    })
}
