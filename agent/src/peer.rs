//! Who is at the other end of a connection.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use usher_proto::endpoint::User;

use crate::platform::{self, Shown};

/// A process of our own user; made by the platform's listener, which turns others away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its process id when it connected; 0 where the system does not tell.
    pub pid: u32,
    program: Arc<Program>,
}

/// A process and its parent, as the system shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The process.
    pub process: Process,
    /// Who started it, or took it over.
    pub parent: Option<Process>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// The file that it runs, where the system tells.
    pub exe: Option<Arc<Path>>,
}

impl Peer {
    /// Makes a peer of a process if its user is ours; root is another user.
    ///
    /// What it runs is asked for at once, also where no audit log is kept: by that connections are shared
    /// out, and when they are scarce the process may be gone or run something else.
    pub fn of(pid: u32, user: Option<User>) -> Option<Self> {
        static OWN: LazyLock<User> = LazyLock::new(User::own);
        (user? == *OWN).then(|| Self { pid, program: Arc::new(Program::of(pid)) })
    }

    /// Tells what it ran when it connected: later its id may be another one's.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

impl Program {
    fn of(pid: u32) -> Self {
        if pid == 0 {
            return Self { process: Process { pid, exe: None }, parent: None };
        }
        let Shown { exe, parent } = platform::shown(pid);
        let process = |(pid, exe): (u32, Option<PathBuf>)| Process { pid, exe: exe.map(Arc::from) };
        Self { process: process((pid, exe)), parent: parent.map(process) }
    }

    /// Tells what this process runs. Who started the agent does not matter for what it does by itself.
    pub fn own() -> Arc<Self> {
        static OWN: OnceLock<Arc<Program>> = OnceLock::new();
        let own = OWN.get_or_init(|| {
            let exe = std::env::current_exe().ok().map(Arc::from);
            let process = Process { pid: std::process::id(), exe };
            Arc::new(Program { process, parent: None })
        });
        Arc::clone(own)
    }
}
