//! `usher tunnel run NAME`: runs the real cloudflared with the tunnel's token under a descriptor, and
//! starts it again with the token of that moment when it asks for that.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use usher_proto::Secret;

use super::which;
use crate::child::Signals;
use crate::cloudflared::{self, AGAIN};
use crate::command::borrow::tunnel_token;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::lend::Lent;

/// From one start to the next at least, should each ask for another.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
#[group(id = "running")]
pub(super) struct Arguments {
    #[command(flatten)]
    which: which::Arguments,
    /// More words for cloudflared tunnel run
    #[arg(last = true, value_name = "WORDS")]
    words: Vec<OsString>,
}

/// Goes on until cloudflared ends for good, or a signal comes while none runs.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let which = arguments.which.which(context)?;
    let ask = |context: &mut Context<'_, '_>| {
        let token = tunnel_token(which.clone(), context);
        context.hang_up(); // cloudflared may run for months
        token
    };
    let mut token = ask(context)?;
    let signals = Signals::catch()?;
    loop {
        let begun = Instant::now();
        let ended = serve(token, &arguments.words, &signals).map_err(cloudflared::missing)?;
        if ended != Exit::Program(AGAIN) {
            return Ok(ended);
        }
        if let Some(ended) = signals.pause(PAUSE.saturating_sub(begun.elapsed())) {
            return Ok(ended);
        }
        context.streams.tell("usher: cloudflared asks to be started again\n");
        token = ask(context)?;
    }
}

/// Runs it once. If it updated itself, it would start itself again without the descriptor; so it may not.
fn serve(token: Arc<Secret>, words: &[OsString], signals: &Signals) -> Result<Exit, Error> {
    let mut lent = Lent::default();
    let path = lent.descriptor(&token)?;
    drop(token); // nothing of it stays here while cloudflared runs
    let mut command = cloudflared::command();
    command.args(["tunnel", "--no-autoupdate", "run", "--token-file"]).arg(path).args(words);
    signals.run(command)
}
