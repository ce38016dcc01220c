//! The files of a cloudflared folder that a revoked credential came from: they are still secrets until
//! Cloudflare refuses them, and of no use after that.

use std::path::PathBuf;

use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin};
use usher_proto::revocation::Revoked;
use usher_proto::{Answer, Request};

use crate::context::Context;
use crate::error::Error;
use crate::folder::{self, Candidate};
use crate::shred::shred;

/// A file that was to be removed.
#[derive(Debug)]
pub(super) struct Removed {
    pub(super) path: PathBuf,
    pub(super) outcome: Result<(), Error>,
}

/// Removes them from the folder that cloudflared uses. A file goes only if the agent recognises what is
/// in it as revoked: one of the same name may hold something new.
pub(super) fn remove(revoked: &[Revoked], context: &mut Context<'_, '_>) -> Result<Vec<Removed>, Error> {
    let is_from = |name: &str| {
        revoked.iter().any(|one| matches!(&one.credential.source, Source::File(file) if file == name))
    };
    let Some(folder) = folder::find().ok().filter(|_| revoked.iter().any(is_from_a_file)) else {
        return Ok(Vec::new());
    };
    let mut removed = Vec::new();
    for Candidate { name, content } in folder::read(&folder)?.into_iter().filter(|file| is_from(&file.name)) {
        let Ok(content) = content else { continue };
        let from = Origin::File { name: name.clone(), login_url: content.login_url };
        let profile = context.one_profile();
        let request = Request::WasRevoked(Import { profile, from, secret: content.secret });
        let answer = context.ask(&request);
        let Request::WasRevoked(Import { secret, .. }) = request else { continue };
        if matches!(answer, Ok(Answer::WasRevoked { at: Some(_) })) {
            let path = folder.join(&name);
            let outcome = shred(&path, Some(&secret));
            removed.push(Removed { path, outcome });
        }
    }
    Ok(removed)
}

fn is_from_a_file(revoked: &Revoked) -> bool {
    matches!(revoked.credential.source, Source::File(_))
}
