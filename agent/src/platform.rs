//! What differs between systems, with the same names in each: the listener, its streams, signals,
//! files of this user alone, what a process runs, how one gets away from its terminal, and when a person
//! leaves.

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
    EndSignals, Listener, Stream, detach, end_process, executable, harden, make_folder, open_to_append,
    parent, prepare, send_to_background, uid, with_own_core_limit,
};
#[cfg(not(target_os = "linux"))]
pub use self::untold::Leaving;
#[cfg(windows)]
pub use self::windows::{
    EndSignals, Listener, Stream, detach, end_process, executable, harden, make_folder, open_to_append,
    parent, prepare, send_to_background, uid, with_own_core_limit,
};

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

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
