//! `usher verify`: whether Cloudflare's edge takes app tokens.

use usher_proto::{Answer, Request};

use super::targets::{Arguments, each, words};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::time::{and_ends, now};

/// Verifies each.
pub(super) fn run(arguments: Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    each(arguments, |target, profile| Request::Verify { target, profile }, sentence, context)
}

fn sentence(answer: &Answer) -> Option<String> {
    let Answer::Verified { credential, replaced } = answer else { return None };
    let (token, ends) = (words(credential), and_ends("it", credential.expires, now()));
    Some(if *replaced {
        format!("Cloudflare refused {token}, and a new one took its place{ends}.\n")
    } else {
        format!("Cloudflare takes {token}{ends}.\n")
    })
}
