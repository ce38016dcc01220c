//! Asks the agent for what is lent to programs.

use std::sync::Arc;

use usher_proto::tunnel::{TunnelForm, WhichTunnel};
use usher_proto::{Answer, Credential, Request, Secret};

use super::parse;
use crate::agent::API;
use crate::context::Context;
use crate::error::Error;

/// A secret, and what it is.
pub(super) struct Borrowed {
    pub(super) secret: Arc<Secret>,
    pub(super) credential: Arc<Credential>,
}

/// Asks for an account certificate: the only one of the profile, if none is named.
pub(super) fn cert(id: Option<&str>, context: &mut Context<'_, '_>) -> Result<Borrowed, Error> {
    let id = id.map(parse).transpose()?;
    let profile = context.one_profile();
    borrowed(context.ask(&Request::Cert { id, profile })?)
}

/// Asks for a tunnel's token, which Cloudflare is asked for if it is not held.
pub(super) fn tunnel_token(which: WhichTunnel, context: &mut Context<'_, '_>) -> Result<Arc<Secret>, Error> {
    let request = Request::TunnelSecret { which, form: TunnelForm::Token };
    Ok(borrowed(context.ask_within(&request, API)?)?.secret)
}

fn borrowed(answer: Answer) -> Result<Borrowed, Error> {
    match answer {
        Answer::Secret { secret, credential } => Ok(Borrowed { secret, credential }),
        _ => Err(Error::unexpected()),
    }
}
