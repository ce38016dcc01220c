//! What became of each file, for a person and for a program.

mod text;

use std::path::Path;

use serde::Serialize;
use usher_proto::answer::{Imported, Outcome, StoreStatus};

use crate::context::Context;
use crate::error::{Error, Exit, Own, Reason};

/// What to do where originals cannot go because the store forgets.
const ANOTHER_STORE: &str =
    "set store to keyring or file in config.toml, usher agent stop, then import again";

/// What became of each file. Its JSON form is the one that `usher import --json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    imported: Vec<Taken>,
    left_out: Vec<Left>,
    pub(super) shredded: Vec<String>,
    not_shredded: Vec<Left>,
    pub(super) store: Option<StoreStatus>,
    #[serde(skip)]
    folder: String,
    #[serde(skip)]
    shredding: bool,
}

#[derive(Debug, Serialize)]
struct Taken {
    file: String,
    #[serde(flatten)]
    imported: Imported,
}

#[derive(Debug, Serialize)]
struct Left {
    file: String,
    #[serde(flatten)]
    error: Error,
}

/// Says in a few words what an import changed.
pub(super) fn outcome(imported: &Imported) -> &'static str {
    match (imported.outcome, imported.trouble.is_some()) {
        (Outcome::New, false) => "new",
        (Outcome::New, true) => "new, not stored",
        (Outcome::Replaced, false) => "replaced an older one",
        (Outcome::Replaced, true) => "replaced an older one, not stored",
        (Outcome::Unchanged, false) => "unchanged",
        (Outcome::Unchanged, true) => "unchanged, not stored",
        (Outcome::Older, _) => "older than the one held, which stays",
    }
}

/// Tells why an original is not to be removed, if it is not: its secret was not read back from a store that
/// outlives a reboot.
pub(super) fn stays(imported: &Imported) -> Option<Error> {
    if imported.safe {
        return None;
    }
    Some(match &imported.trouble {
        Some(trouble) => trouble.clone().into(),
        None if is_forgotten(imported) => {
            Error::new(Own::Unsuitable, "the store does not keep what it holds over a reboot", ANOTHER_STORE)
        }
        None => Error::new(
            Own::Unsuitable,
            "a fresher one is held, so this one is not in the store",
            "remove the file yourself if you do not need it",
        ),
    })
}

/// Tells whether the store has what came in, and loses it with the next reboot.
fn is_forgotten(imported: &Imported) -> bool {
    !imported.safe && imported.trouble.is_none() && imported.outcome != Outcome::Older
}

impl Report {
    pub(super) fn new(folder: &Path, shredding: bool) -> Self {
        Self {
            imported: Vec::new(),
            left_out: Vec::new(),
            shredded: Vec::new(),
            not_shredded: Vec::new(),
            store: None,
            folder: folder.display().to_string(),
            shredding,
        }
    }

    pub(super) fn imported(&mut self, file: String, imported: Imported) {
        self.imported.push(Taken { file, imported });
    }

    pub(super) fn left_out(&mut self, file: String, error: Error) {
        self.left_out.push(Left { file, error });
    }

    pub(super) fn kept(&mut self, file: String, error: Error) {
        self.not_shredded.push(Left { file, error });
    }

    /// Tells whether nothing came of any file.
    pub(super) fn is_empty(&self) -> bool {
        self.imported.is_empty() && self.left_out.is_empty()
    }

    /// Tells whether the store loses anything of it with the next reboot.
    fn forgets(&self) -> bool {
        self.imported.iter().any(|taken| is_forgotten(&taken.imported))
    }

    /// Tells the exit code: what is expired, malformed or legacy is no failure; a store that failed is,
    /// and so is a file that could not be read, because it may have held something live.
    pub(super) fn exit(&self) -> Exit {
        let troubled = self.imported.iter().any(|taken| taken.imported.trouble.is_some());
        let store = self.left_out.iter().any(|left| left.error.exit() == Exit::Store);
        let unreadable = self.left_out.iter().any(|left| left.error.reason == Reason::Own(Own::Files));
        if troubled || store || (self.shredding && self.forgets()) {
            Exit::Store
        } else if unreadable || !self.not_shredded.is_empty() {
            Exit::Other
        } else {
            Exit::Done
        }
    }

    pub(super) fn print(&self, context: &mut Context<'_, '_>) -> Result<(), Error> {
        if context.json { context.print_json(self) } else { context.print(&self.text()) }
    }
}
