//! `usher unlock`: opens a locked agent, a sealed file, or the OS keyring.

use usher_proto::answer::State;
use usher_proto::{Answer, Request};

use super::status;
use crate::agent::PERSON;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::input::{new_passphrase, passphrase};

/// Takes a passphrase if one is wanted, and unlocks; the OS keyring asks the person itself.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let passphrase = match status::ask(context)?.state {
        State::Locked | State::NeedsPassphrase => {
            context.hang_up();
            Some(passphrase(context.streams, "Passphrase")?)
        }
        State::NeedsNewPassphrase => {
            context.hang_up();
            Some(new_passphrase(context.streams)?)
        }
        State::Open | State::Unavailable | State::Closed => None,
    };
    let answer = context.ask_within(&Request::Unlock { passphrase }, PERSON)?;
    let Answer::Unlocked {} = &answer else { return Err(Error::unexpected()) };
    context.print_answer_or(&answer, "Unlocked.\n")?;
    Ok(Exit::Done)
}
