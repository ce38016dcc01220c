//! `usher cert roll ID`: another API token in an account certificate.

use clap::Args;
use usher_proto::{Answer, Request};

use super::{Verb, parse, read};
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::clean;

#[derive(Debug, Args)]
struct Arguments {
    /// The certificate's id, as usher list shows it
    #[arg(value_name = "ID")]
    id: String,
}

pub(super) const VERBS: [Verb; 1] = [Verb {
    name: "roll",
    about: "Give the API token in an account certificate another value",
    arguments: Arguments::augment_args,
    run: |matches, context| roll(&read(matches)?, context),
}];

fn roll(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let answer = context.ask_within(&Request::RollCert { id: parse(&arguments.id)? }, API)?;
    let Answer::Rotated { credential, .. } = &answer else { return Err(Error::unexpected()) };
    let words = format!(
        "The certificate for {} ({}) has another API token; the one before is dead, in every copy.\n",
        clean(&credential.label),
        credential.id,
    );
    context.print_answer_or(&answer, &words)?;
    Ok(Exit::Done)
}
