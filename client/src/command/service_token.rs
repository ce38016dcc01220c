//! `usher service-token rotate ID`: another client secret for a service token.

use clap::Args;
use usher_proto::{Answer, Request};

use super::{Verb, parse, read};
use crate::agent::API;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::print::clean;
use crate::time::{expiry, now};
use usher_proto::length::seconds;

#[derive(Debug, Args)]
struct Arguments {
    /// The service token's id, as usher list shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The secret before is taken for so long: 30m, 1h, or seconds
    #[arg(long, value_name = "DURATION")]
    overlap: Option<String>,
}

pub(super) const VERBS: [Verb; 1] = [Verb {
    name: "rotate",
    about: "Give a service token another client secret",
    arguments: Arguments::augment_args,
    run: |matches, context| rotate(&read(matches)?, context),
}];

fn rotate(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let overlap = arguments.overlap.as_deref().map_or(Some(0), seconds).ok_or_else(|| {
        Error::usage("--overlap is not a length of time", "write it as 30m, 1h, or in seconds")
    })?;
    let answer =
        context.ask_within(&Request::RotateServiceToken { id: parse(&arguments.id)?, overlap }, API)?;
    let Answer::Rotated { credential, overlap, .. } = &answer else { return Err(Error::unexpected()) };
    let before = match overlap {
        Some(end) => format!("The one before is taken until then: {}.", expiry(Some(*end), now())),
        None => "The one before is not taken any more.".to_owned(),
    };
    let label = clean(&credential.label);
    let words = format!("{label} ({}) has another client secret.\n{before}\n", credential.id);
    context.print_answer_or(&answer, &words)?;
    Ok(Exit::Done)
}
