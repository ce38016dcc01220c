//! Where agent and client meet: a Unix socket, or a named pipe on Windows, and whose it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::answer::{Code, Refusal};

#[cfg(unix)]
#[path = "endpoint/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "endpoint/windows.rs"]
mod platform;

pub use platform::{User, check_place};

/// Names the socket in the environment, for both sides.
pub const VARIABLE: &str = "USHER_SOCK";

/// The address of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    path: PathBuf,
}

impl Endpoint {
    /// Reads an address that a person or the environment gave.
    ///
    /// # Errors
    /// The path is not absolute, or longer than the system takes.
    pub fn named(path: impl Into<PathBuf>) -> Result<Self, Refusal> {
        platform::check_path(path.into()).map(|path| Self { path })
    }

    /// Finds the address: `$USHER_SOCK`, else the standard one of this user.
    ///
    /// # Errors
    /// As [`Endpoint::named`]; or there is no home folder to look in.
    pub fn find() -> Result<Self, Refusal> {
        match std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            Some(path) => Self::named(path),
            None => Self::standard(),
        }
    }

    /// Finds the standard address of this user.
    ///
    /// # Errors
    /// As [`Endpoint::named`]; or there is no home folder to look in.
    pub fn standard() -> Result<Self, Refusal> {
        Self::named(platform::standard(&folders()?)?)
    }

    /// Tells the path of another endpoint in the same folder, for an agent of one purpose.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.path.with_extension(format!("{name}.sock"))
    }

    /// Tells the path of the socket or pipe.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl From<Endpoint> for OsString {
    fn from(endpoint: Endpoint) -> OsString {
        endpoint.path.into()
    }
}

/// Finds the folders that are usher's on this system.
///
/// # Errors
/// There is no home folder.
pub fn folders() -> Result<ProjectDirs, Refusal> {
    ProjectDirs::from("", "", "usher").ok_or_else(|| {
        Refusal::new(
            Code::Unavailable,
            "no home folder was found",
            "set HOME, or USHER_SOCK to an absolute path",
        )
    })
}

/// Tells the folder for what must outlive a process but not move to another machine.
pub fn state_folder(folders: &ProjectDirs) -> &Path {
    folders.state_dir().unwrap_or_else(|| folders.data_local_dir())
}
