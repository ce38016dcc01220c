//! `usher lock`: seals what the agent holds under a passphrase.

use usher_proto::{Answer, Request, Secret};

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input::{from_person, passphrase};

/// Takes the passphrase, from a person twice, and locks.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let passphrase = chosen(context)?;
    let answer = context.ask(&Request::Lock { passphrase })?;
    let Answer::Locked {} = &answer else { return Err(Error::unexpected()) };
    if context.json {
        context.print_answer(&answer)?;
    } else {
        context.print("Locked. usher unlock opens it with the same passphrase.\n")?;
    }
    Ok(Exit::Done)
}

fn chosen(context: &mut Context<'_, '_>) -> Result<Secret, Error> {
    let first = passphrase(context.streams, "Passphrase")?;
    if (context.streams.input_is_terminal)() && from_person(context.streams, "The same again")? != first {
        return Err(Error::usage("the two passphrases differ", "nothing was locked; try again"));
    }
    Ok(first)
}
