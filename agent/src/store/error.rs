//! Why a store did not do what it was asked.

use std::fmt;
use std::io;

/// Why a store did not do what it was asked. Holds no secret and no text of the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// The OS keyring is locked, and unlocking would ask a person: `unlock` lets it ask.
    Locked,
    /// The system should have asked the person to unlock the OS keyring, and the person declined, or
    /// there is no desktop on which to ask.
    Dismissed,
    /// The sealed file is closed: `unlock` with its passphrase opens it.
    NeedsPassphrase {
        /// There is no file yet: the passphrase given next is the one that it gets.
        new: bool,
    },
    /// The passphrase does not open the sealed file; or somebody changed the file, which cannot be
    /// told apart.
    WrongPassphrase,
    /// The file that should hold the passphrase is of no use; the words say why.
    PassphraseFile(&'static str),
    /// The store did not answer in time.
    Timeout,
    /// The store has no room for it; the words tell the limit.
    Full(&'static str),
    /// The store is not there, or does not work; the words say why.
    Unavailable(&'static str),
    /// What is in the store cannot be understood; the words say how.
    Damaged(&'static str),
    /// Another agent uses the sealed file.
    InUse,
    /// The file system refused to read or write.
    File(io::ErrorKind),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked => f.write_str("the OS keyring is locked"),
            Self::Dismissed => {
                f.write_str("unlocking the OS keyring was declined, or there is no desktop on which to ask")
            }
            Self::NeedsPassphrase { new: false } => f.write_str("the sealed file needs its passphrase"),
            Self::NeedsPassphrase { new: true } => {
                f.write_str("there is no sealed file yet; it needs a passphrase to be made")
            }
            Self::WrongPassphrase => {
                f.write_str("the passphrase is wrong, or the sealed file was changed by something else")
            }
            Self::PassphraseFile(why) => write!(f, "the passphrase cannot be read: {why}"),
            Self::Timeout => f.write_str("the store did not answer in time"),
            Self::Full(limit) => write!(f, "the store has no room: {limit}"),
            Self::Unavailable(why) => f.write_str(why),
            Self::Damaged(how) => write!(f, "what the store holds cannot be read: {how}"),
            Self::InUse => f.write_str("another agent uses the sealed file"),
            Self::File(kind) => write!(f, "the file system refused: {kind}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::Full("the disk is full"),
            io::ErrorKind::QuotaExceeded => Self::Full("the disk quota of this user is used up"),
            io::ErrorKind::FileTooLarge => {
                Self::Full("the file would be larger than the system lets this process write")
            }
            kind => Self::File(kind),
        }
    }
}
