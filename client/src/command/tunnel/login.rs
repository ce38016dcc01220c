//! `usher tunnel login`: an account certificate, through a browser; it is kept, and not printed.

use clap::Args;
use usher_proto::{Answer, Request};

use crate::command::import;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::login::{Show, log_in_to_account};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The account is in FedRAMP High
    #[arg(long)]
    fedramp: bool,
    /// Open no browser; the login page's URL is printed in any case
    #[arg(long)]
    no_browser: bool,
    /// Draw the URL as a QR code too
    #[arg(long)]
    qr: bool,
}

/// Logs in, and says which account the certificate is for.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let Arguments { fedramp, no_browser, qr } = *arguments;
    let request = Request::CertLogin { profile: context.one_profile(), fedramp };
    let show = Show { as_json: context.json, browser: !no_browser, qr };
    let imported = log_in_to_account(&request, show, context)?;
    import::tell(&Answer::Imported(imported), context)
}
