//! A whole folder: every file that can be a credential is offered to the agent, which decides.

use std::path::Path;

use usher_proto::answer::Imported;
use usher_proto::request::{Import, Origin};
use usher_proto::{Answer, Code, Request, Secret};

use super::report::{self, Report};
use crate::command::status;
use crate::context::Context;
use crate::error::{Error, Exit, Own, Reason};
use crate::folder::{self, Candidate, Content, companion};
use crate::shred::{settle, shred};

/// A file that came in, with what was read of it.
struct Taken {
    name: String,
    content: Content,
    /// Why the file is not to be removed, if it is not.
    stays: Option<Error>,
}

/// Offers every file, and then shreds those that are safe if that was asked.
pub(super) fn run(
    named: Option<&Path>,
    shredding: bool,
    context: &mut Context<'_, '_>,
) -> Result<Exit, Error> {
    let folder = match named {
        Some(folder) => folder.to_owned(),
        None => folder::find()?,
    };
    let candidates = folder::read(&folder)?;
    let mut report = Report::new(&folder, shredding);
    let mut taken = Vec::new();
    let mut broken = None;
    for Candidate { name, content } in candidates {
        let offered = content.and_then(|content| offer(&name, content, context));
        match offered {
            Ok((imported, content)) => {
                taken.push(Taken { name: name.clone(), content, stays: report::stays(&imported) });
                report.imported(name, imported);
            }
            Err(error) if concerns_this_file(&error) => report.left_out(name, error),
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
    }
    if broken.is_none() {
        match status::ask(context) {
            Ok(status) => report.store = Some(status.store),
            Err(error) => broken = Some(error),
        }
    }
    if shredding {
        remove(&folder, taken, &mut report);
    }
    if broken.is_none() || !report.is_empty() {
        report.print(context)?;
    }
    broken.map_or(Ok(report.exit()), Err)
}

/// Hands one file over and takes its content back, to compare it before it is shredded.
fn offer(name: &str, content: Content, context: &mut Context<'_, '_>) -> Result<(Imported, Content), Error> {
    let Content { secret, login_url } = content;
    let from = Origin::File { name: name.to_owned(), login_url };
    let request = Request::Import(Import { profile: context.one_profile(), from, secret });
    let answer = context.ask(&request)?;
    match (answer, request) {
        (
            Answer::Imported(imported),
            Request::Import(Import { from: Origin::File { login_url, .. }, secret, .. }),
        ) => Ok((imported, Content { secret, login_url })),
        _ => Err(Error::unexpected()),
    }
}

/// Tells whether the next file may fare better.
fn concerns_this_file(error: &Error) -> bool {
    match error.reason {
        Reason::Own(own) => matches!(own, Own::Unsuitable | Own::Files),
        Reason::Refused(code) => {
            matches!(
                code,
                Code::Malformed
                    | Code::Legacy
                    | Code::Expired
                    | Code::Revoked
                    | Code::TooLarge
                    | Code::BadRequest
            ) || error.exit() == Exit::Store
        }
    }
}

/// Shreds what the agent can give back after a reboot, with what cloudflared keeps beside it.
fn remove(folder: &Path, taken: Vec<Taken>, report: &mut Report) {
    for Taken { name, content, stays } in taken {
        if let Some(why) = stays {
            report.kept(name, why);
            continue;
        }
        match shred(&folder.join(&name), Some(&content.secret)) {
            Ok(()) => report.shredded.push(name.clone()),
            Err(error) => {
                report.kept(name, error);
                continue;
            }
        }
        for (kind, expected) in [("url", content.login_url.as_ref()), ("lock", None)] {
            remove_companion(folder, companion(&name, kind), expected, report);
        }
    }
    if !report.shredded.is_empty()
        && let Err(error) = settle(folder)
    {
        report.kept(folder.display().to_string(), error);
    }
}

fn remove_companion(folder: &Path, name: String, expected: Option<&Secret>, report: &mut Report) {
    let path = folder.join(&name);
    if path.symlink_metadata().is_err() {
        return;
    }
    match shred(&path, expected) {
        Ok(()) => report.shredded.push(name),
        Err(error) => report.kept(name, error),
    }
}
