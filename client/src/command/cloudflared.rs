//! `usher cloudflared -- WORDS`: runs the real cloudflared with an account certificate that is in no file,
//! and takes in what it makes.
//!
//! The certificate's path goes through the environment, which counts wherever its flag may stand, and
//! loses to a flag that the person gives. The path is a descriptor's.

mod create;
mod delete;
mod words;

use std::ffi::OsString;

use clap::Args;

use self::words::{Task, Words};
use super::borrow;
use crate::child;
use crate::cloudflared::{self, CREDENTIALS_FILE, ORIGIN_CERT};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::lend::Lent;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The account certificate; the only one if none is named
    #[arg(long, value_name = "ID")]
    cert: Option<String>,
    /// What cloudflared is to do, such as: tunnel list
    #[arg(last = true, required = true, value_name = "WORDS")]
    words: Vec<OsString>,
}

/// Runs it; its exit code is ours.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let words = Words::read(&arguments.words);
    let mut command = cloudflared::command();
    command.args(&arguments.words);
    let (mut lent, mut account) = (Lent::default(), None);
    if arguments.cert.is_some() || words.want_certificate() {
        let cert = borrow::cert(arguments.cert.as_deref(), context)?;
        context.hang_up();
        command.env(ORIGIN_CERT, lent.descriptor(&cert.secret)?);
        account.clone_from(&cert.credential.account);
    }
    let names_file = std::env::var_os(CREDENTIALS_FILE).is_some_and(|file| !file.is_empty());
    let ended = match words.task() {
        Task::Create(name) if !names_file => create::run(name, command, lent, context),
        Task::Delete(tunnels) => delete::run(&tunnels, account.as_deref(), command, lent, context),
        Task::Create(_) | Task::Other => child::become_it(command),
    };
    ended.map_err(cloudflared::missing)
}
