//! What differs between systems, with the same names in each: the listener, its streams, signals,
//! files of this user alone, what a process runs, how one gets away from its terminal, what it does without,
//! and when a person leaves.

#[cfg(target_os = "linux")]
mod logind;
#[cfg(unix)]
mod unix;
#[cfg(not(target_os = "linux"))]
mod untold;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub use self::logind::Leaving;
#[cfg(unix)]
pub use self::unix::{
    EndSignals, Listener, Stream, confine, detach, end_process, harden, make_folder, open_to_append, prepare,
    send_to_background, start_witness, uid, with_own_core_limit,
};
#[cfg(unix)]
use self::unix::{executable, parent, witnessed};
#[cfg(not(target_os = "linux"))]
pub use self::untold::Leaving;
#[cfg(windows)]
pub use self::windows::{
    EndSignals, Listener, Stream, confine, detach, end_process, harden, make_folder, open_to_append, prepare,
    send_to_background, start_witness, uid, with_own_core_limit,
};
#[cfg(windows)]
use self::windows::{executable, parent, witnessed};

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use usher_proto::Refusal;

/// Why the agent does not listen.
#[derive(Debug)]
pub enum BindError {
    /// Another agent does, at the same place.
    AlreadyRunning,
    /// The place is not one to listen at.
    Refused(Refusal),
    /// The system refused; what was being done, and why.
    Failed(&'static str, io::ErrorKind),
}

/// The files that the agent needs while it runs, beside those of the system.
#[derive(Debug, Default)]
pub struct Places {
    /// Folders in which it does as it likes.
    pub own: Vec<PathBuf>,
    /// Files that it reads.
    pub read: Vec<PathBuf>,
    /// Folders out of which it removes what it put there before.
    pub clear: Vec<PathBuf>,
}

/// What the system shows of a process.
#[derive(Debug, Default)]
pub struct Shown {
    /// The file that it runs.
    pub exe: Option<PathBuf>,
    /// Its parent, and the file that this one runs.
    pub parent: Option<(u32, Option<PathBuf>)>,
}

/// Tells what the system shows of a process.
pub fn shown(pid: u32) -> Shown {
    witnessed(pid).unwrap_or_else(|| Shown::look(pid))
}

impl Shown {
    fn look(pid: u32) -> Self {
        Self { exe: executable(pid), parent: parent(pid).map(|parent| (parent, executable(parent))) }
    }
}

/// Takes the lock that an agent holds while it lives; the system frees it however the agent ends.
fn lock(path: &Path) -> Result<File, BindError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| BindError::Failed("opening the agent's lock file", error.kind()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BindError::AlreadyRunning),
        Err(TryLockError::Error(error)) => {
            Err(BindError::Failed("locking the agent's lock file", error.kind()))
        }
    }
}
