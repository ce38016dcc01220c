//! `tunnel create NAME`: the credentials that cloudflared writes go to the agent, and their file away.

use std::process::Command;

use usher_proto::answer::{Imported, Outcome};
use usher_proto::request::{Import, Origin};
use usher_proto::{Answer, Kind, Request, Secret};

use crate::child::Signals;
use crate::cloudflared::CREDENTIALS_FILE;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::folder::read_file;
use crate::lend::{Lent, ON_DISK};
use crate::print::{clean, shell_word};
use crate::private::Private;
use crate::shred::shred;

/// The file's name in its folder. cloudflared writes to no file that is there already.
const FILE: &str = "tunnel.json";

/// Runs it, and takes in what it wrote, however it ended: once they are written, there is no other copy.
pub(super) fn run(
    name: &str,
    mut command: Command,
    lent: Lent,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let signals = Signals::catch()?;
    let folder = Private::for_what_is_made()?;
    if folder.on_disk {
        context.streams.tell(ON_DISK);
    }
    let path = folder.path(FILE);
    command.env(CREDENTIALS_FILE, &path);
    let ended = signals.run(command);
    drop(lent);
    if path.symlink_metadata().is_ok()
        && let Err(error) = take_in(name, &folder, context)
    {
        folder.leave();
        context.report(&not_kept(name, &path.to_string_lossy(), &error));
        return ended;
    }
    if let Err(error) = folder.remove() {
        context.report(&error);
    }
    ended
}

/// Hands the file over and removes it.
fn take_in(name: &str, folder: &Private, context: &mut Context<'_, '_>) -> Result<(), Error> {
    let path = folder.path(FILE);
    let (imported, secret) = import(name, read_file(&path)?, context)?;
    if let Some(trouble) = imported.trouble {
        return Err(trouble.into());
    }
    if imported.outcome == Outcome::Older {
        return Err(Error::unexpected());
    }
    shred(&path, Some(&secret))?;
    context.streams.tell(&format!(
        "usher: the agent holds the credentials of tunnel {} as {}, and the file is removed\n",
        clean(name),
        imported.credential.id,
    ));
    if !imported.safe {
        context.streams.tell("  hint: its store does not keep them over a reboot; see usher status\n");
    }
    Ok(())
}

/// Offers the secret to the agent, and takes it back to compare it with the file.
fn import(name: &str, secret: Secret, context: &mut Context<'_, '_>) -> Result<(Imported, Secret), Error> {
    let from = Origin::Given { kind: Kind::Tunnel, app: None, label: Some(name.to_owned()) };
    let profile = context.one_profile();
    let request = Request::Import(Import { profile, from, secret });
    match (context.ask(&request)?, request) {
        (Answer::Imported(imported), Request::Import(Import { secret, .. })) => Ok((imported, secret)),
        _ => Err(Error::unexpected()),
    }
}

fn not_kept(name: &str, path: &str, error: &Error) -> Error {
    Error {
        reason: error.reason,
        message: format!(
            "the credentials of tunnel {name} are in {path}, because the agent could not keep them: {}",
            error.message
        ),
        hint: format!(
            "import them, then remove the file: usher import --stdin --kind tunnel --label {} <{}",
            shell_word(name),
            shell_word(path)
        ),
    }
}
