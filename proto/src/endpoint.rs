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
        Self::named(platform::standard(Folders::find()?)?)
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

/// Names a folder in the environment that takes the place of all of usher's own.
pub const HOME_VARIABLE: &str = "USHER_HOME";

/// The folders that are usher's on this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// For the config file.
    pub config: PathBuf,
    /// For what must outlive a process but not move to another machine.
    pub state: PathBuf,
    /// For what is kept.
    pub data: PathBuf,
    /// For what goes with the session; not every system has one.
    pub runtime: Option<PathBuf>,
}

impl Folders {
    /// Finds them: `$USHER_HOME`, else where programs have them on this system.
    ///
    /// # Errors
    /// There is no home folder, or `$USHER_HOME` is not an absolute path.
    pub fn find() -> Result<Self, Refusal> {
        match std::env::var_os(HOME_VARIABLE).filter(|path| !path.is_empty()) {
            Some(home) => Self::below(home.into()),
            None => Self::of_the_system(),
        }
    }

    fn below(home: PathBuf) -> Result<Self, Refusal> {
        if !home.is_absolute() {
            return Err(Refusal::new(
                Code::BadRequest,
                "USHER_HOME is not an absolute path",
                "set it to one, or to nothing",
            ));
        }
        Ok(Self { config: home.clone(), state: home.clone(), data: home, runtime: None })
    }

    fn of_the_system() -> Result<Self, Refusal> {
        let found = ProjectDirs::from("", "", "usher").ok_or_else(|| {
            let hint = "set HOME, or USHER_HOME to an absolute path";
            Refusal::new(Code::Unavailable, "no home folder was found", hint)
        })?;
        Ok(Self {
            config: found.config_dir().to_owned(),
            state: found.state_dir().unwrap_or_else(|| found.data_local_dir()).to_owned(),
            data: found.data_dir().to_owned(),
            runtime: found.runtime_dir().map(Path::to_owned),
        })
    }
}
