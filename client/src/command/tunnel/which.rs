//! Which tunnel, and with which certificate: what several verbs are told.

use clap::Args;
use usher_proto::CredentialId;
use usher_proto::tunnel::WhichTunnel;

use crate::command::parse;
use crate::context::Context;
use crate::error::Error;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The tunnel's name or UUID
    #[arg(value_name = "NAME|UUID")]
    tunnel: String,
    #[command(flatten)]
    certificate: Certificate,
}

#[derive(Debug, Args)]
pub(super) struct Certificate {
    /// The account certificate to use, by its id; needed where there are several
    #[arg(long, value_name = "ID")]
    cert: Option<String>,
}

impl Arguments {
    /// Puts what was said into the words of the agent.
    pub(super) fn which(&self, context: &Context<'_, '_>) -> Result<WhichTunnel, Error> {
        Ok(WhichTunnel {
            tunnel: parse(&self.tunnel)?,
            profile: context.one_profile(),
            cert: self.certificate.id()?,
        })
    }
}

impl Certificate {
    /// Tells which one was named, if one was.
    pub(super) fn id(&self) -> Result<Option<CredentialId>, Error> {
        self.cert.as_deref().map(parse).transpose()
    }
}
