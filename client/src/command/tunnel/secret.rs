//! A tunnel's credentials, alone on standard output.

use usher_proto::tunnel::TunnelForm;
use usher_proto::{Answer, Request};

use super::which;
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};

/// Asks for a tunnel's credentials and prints them.
pub(super) fn print(
    arguments: &which::Arguments,
    form: TunnelForm,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let request = Request::TunnelSecret { which: arguments.which(context)?, form };
    let answer = context.ask_within(&request, API)?;
    let Answer::Secret { secret, .. } = &answer else { return Err(Error::unexpected()) };
    if context.json {
        context.print_answer(&answer)?;
    } else {
        context.print_secret(secret)?;
    }
    Ok(Exit::Done)
}
