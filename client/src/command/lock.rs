//! `usher lock`: seals what the agent holds under a passphrase.

use usher_proto::{Answer, Request};

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input::new_passphrase;

/// Takes the passphrase, from a person twice, and locks.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let passphrase = new_passphrase(context.streams)?;
    let answer = context.ask(&Request::Lock { passphrase })?;
    let Answer::Locked {} = &answer else { return Err(Error::unexpected()) };
    context.print_answer_or(&answer, "Locked. usher unlock opens it with the same passphrase.\n")?;
    Ok(Exit::Done)
}
