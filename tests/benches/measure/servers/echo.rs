//! This program's own servers that do nothing but answer.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::running::{Running, connect_when_it_listens};
use crate::measure::caller::Caller;
use crate::measure::echo::{ANSWER, REQUEST};

/// One of this program's own echo servers.
pub(crate) struct Echo {
    _running: Running,
    folder: TempDir,
}

impl Echo {
    /// Starts the one with this name, and does not wait for it.
    pub(crate) fn start(role: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = std::env::current_exe().expect("this program");
        let running = Running::start(Command::new(own).arg(role).arg(folder.path().join("socket")));
        Self { _running: running, folder }
    }

    /// Tells where it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Opens a connection to it.
    pub(crate) fn caller(&self) -> Caller {
        let stream = connect_when_it_listens(&self.socket());
        Caller::new(stream, vec![b'r'; REQUEST], ANSWER)
    }
}
