//! Who is at the other end of a connection.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use usher_proto::endpoint::User;

use crate::platform::{self, Shown};

/// A process of our own user; made by the platform's listener, which turns others away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its process id when it connected; 0 where the system does not tell.
    pub pid: u32,
    /// What it runs, once somebody wanted to know.
    program: OnceLock<Arc<Program>>,
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
    pub exe: Option<PathBuf>,
}

impl Peer {
    /// Makes a peer of a process if its user is ours; root is another user.
    pub fn of(pid: u32, user: Option<User>) -> Option<Self> {
        (user? == User::own()).then_some(Self { pid, program: OnceLock::new() })
    }

    /// Tells what it runs. The system is asked once for a connection, while the process is there: later
    /// its id may be another one's.
    pub fn program(&self) -> &Arc<Program> {
        self.program.get_or_init(|| Arc::new(Program::of(self.pid)))
    }
}

impl Program {
    fn of(pid: u32) -> Self {
        if pid == 0 {
            return Self { process: Process { pid, exe: None }, parent: None };
        }
        let Shown { exe, parent } = platform::shown(pid);
        Self { process: Process { pid, exe }, parent: parent.map(|(pid, exe)| Process { pid, exe }) }
    }

    /// Tells what this process runs. Who started the agent does not matter for what it does by itself.
    pub fn own() -> Arc<Self> {
        static OWN: OnceLock<Arc<Program>> = OnceLock::new();
        let own = OWN.get_or_init(|| {
            let process = Process { pid: std::process::id(), exe: std::env::current_exe().ok() };
            Arc::new(Program { process, parent: None })
        });
        Arc::clone(own)
    }
}
