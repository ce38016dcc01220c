//! `usher refresh`: new app tokens now, without a browser.

use usher_proto::{Answer, Request};

use super::targets::{Arguments, each, words};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::time::{and_ends, now};

/// Refreshes each.
pub(super) fn run(arguments: Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    each(arguments, |target, profile| Request::Refresh { target, profile }, sentence, context)
}

fn sentence(answer: &Answer) -> Option<String> {
    let Answer::Refreshed { credential } = answer else { return None };
    let ends = and_ends("it", credential.expires, now());
    Some(format!("Refreshed {}{ends}.\n", words(credential)))
}
