//! Why no store was opened.

use std::fmt;
use std::path::PathBuf;

use crate::store::{StoreError, StoreName};

/// Why no store was opened. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotChoose {
    /// None of those that may be taken without asking works.
    NoneWorks {
        /// What was tried, and what became of it.
        tried: String,
    },
    /// This system does not have the store.
    NotHere(StoreName),
    /// The file that remembers the store holds something else.
    BadMemory(PathBuf),
    /// The file that remembers the store cannot be read.
    Unreadable(PathBuf, StoreError),
}

impl CannotChoose {
    /// Says what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoneWorks { .. } => {
                "use `--store file` for a file sealed with a passphrase, or `--store memory` to forget \
                 everything when the agent ends"
            }
            Self::NotHere(_) => "use `--store auto`, or another store",
            Self::BadMemory(_) => "name the store once with `--store`",
            Self::Unreadable(..) => "make it readable, or name the store with `--store`",
        }
    }
}

impl fmt::Display for CannotChoose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneWorks { tried } => write!(f, "no store works here ({tried})"),
            Self::NotHere(name) => write!(f, "the store `{name}` does not exist on this system"),
            Self::BadMemory(path) => {
                write!(f, "{} should name the store that is used, and does not", path.display())
            }
            Self::Unreadable(path, why) => {
                write!(f, "{}, which names the store that is used, cannot be read: {why}", path.display())
            }
        }
    }
}

impl std::error::Error for CannotChoose {}
