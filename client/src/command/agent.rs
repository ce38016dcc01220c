//! `usher agent start|stop|status`.

use std::time::Duration;

use clap::{ArgMatches, Command};
use usher_proto::{Answer, Request};

use super::{no_verb, status};
use crate::context::Context;
use crate::error::{Error, Exit, Own};

/// How long an agent may take to end in order: it may still be writing to its store.
const END: Duration = Duration::from_secs(10);

/// Describes the commands below `agent`.
pub(super) fn arguments(command: Command) -> Command {
    command
        .subcommand_required(true)
        .subcommand(Command::new("start").about("Start an agent if none answers, and tell how it is"))
        .subcommand(Command::new("stop").about("End the agent in order, and wait until it has ended"))
        .subcommand(Command::new("status").about("Tell how the agent is, without starting one"))
}

/// Does what is asked; only `start` starts an agent, and whatever else was said about starting.
pub(super) fn run(matches: ArgMatches, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let verb = matches.subcommand_name();
    context.may_start = verb == Some("start");
    match verb {
        Some("start" | "status") => status::run(context),
        Some("stop") => stop(context),
        _ => Err(no_verb()),
    }
}

fn stop(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask(&Request::Stop {})?;
    let Answer::Stopping {} = &answer else { return Err(Error::unexpected()) };
    // So that what follows in a script meets no agent that is about to end.
    if context.agent.take().is_some_and(|agent| !agent.wait_for_end(END)) {
        return Err(Error::new(
            Own::Timeout,
            format!("the agent is stopping, but has not ended within {} s", END.as_secs()),
            "look at usher-agent's messages",
        ));
    }
    context.print_answer_or(&answer, "The agent has ended.\n")?;
    Ok(Exit::Done)
}
