//! `usher unlock`: opens a locked agent, locked profiles, a sealed file, or the OS keyring.

use usher_proto::answer::State;
use usher_proto::{Answer, Code, Request};

use super::status;
use crate::agent::PERSON;
use crate::context::Context;
use crate::error::{Error, Exit, Reason};
use crate::input::{new_passphrase, passphrase};

/// Takes a passphrase if one is wanted, and unlocks; the OS keyring asks the person itself.
pub(super) fn run(context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let state = status::ask(context)?.state;
    let given = match state {
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
    let answer = match context.ask_within(&Request::Unlock { passphrase: given }, PERSON) {
        // The agent is open, and a profile is not.
        Err(error) if state == State::Open && error.reason == Reason::Refused(Code::StoreLocked) => {
            context.hang_up();
            let given = Some(passphrase(context.streams, "Passphrase")?);
            context.ask_within(&Request::Unlock { passphrase: given }, PERSON)?
        }
        answered => answered?,
    };
    let Answer::Unlocked {} = &answer else { return Err(Error::unexpected()) };
    context.print_answer_or(&answer, "Unlocked.\n")?;
    Ok(Exit::Done)
}
