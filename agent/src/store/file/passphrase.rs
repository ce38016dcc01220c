//! Where the sealed file's passphrase comes from.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use usher_proto::Secret;

use crate::store::{StoreError, disk};

/// Longest passphrase in a file, in bytes; a longer one is some other file.
const MAX_PASSPHRASE: u64 = 4096;

/// The credential's name, as in `LoadCredentialEncrypted=usher.passphrase`.
const CREDENTIAL: &str = "usher.passphrase";

/// Where the sealed file's passphrase comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseSource {
    /// A person gives it, through `unlock`.
    Ask,
    /// A file of ours that nobody else may read.
    File(PathBuf),
    /// A credential of systemd's, in a folder that systemd made for us and guards itself: there the
    /// file's owner is systemd.
    Credential(PathBuf),
}

impl PassphraseSource {
    /// Takes the passphrase from systemd if that has one; `directory` is the value of
    /// `$CREDENTIALS_DIRECTORY`, in which there may be credentials of others only.
    pub fn systemd(directory: &Path) -> Self {
        let path = directory.join(CREDENTIAL);
        if path.exists() { Self::Credential(path) } else { Self::Ask }
    }

    /// Names the file that it is read from, if there is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Ask => None,
            Self::File(path) | Self::Credential(path) => Some(path),
        }
    }

    /// Reads the passphrase, without the line's end; none if a person must be asked.
    pub(super) fn read(&self) -> Result<Option<Secret>, StoreError> {
        let Some(path) = self.file() else { return Ok(None) };
        let useless = |error: io::Error| {
            StoreError::PassphraseFile(match error.kind() {
                io::ErrorKind::NotFound => "the file is not there",
                // On Linux the agent's sandbox has the files that were there when it was set up.
                io::ErrorKind::PermissionDenied => {
                    "this user may not read the file, or it is newer than the agent, which has to be started again"
                }
                io::ErrorKind::FileTooLarge => "the file is larger than a passphrase",
                _ => "the file system refused",
            })
        };
        // Asked before opening, which would wait for the other end of a pipe.
        if !std::fs::metadata(path).map_err(useless)?.is_file() {
            return Err(StoreError::PassphraseFile("it is no plain file"));
        }
        let file = File::open(path).map_err(useless)?;
        if let (Self::File(_), Some(why)) = (self, disk::exposure(&file).map_err(useless)?) {
            return Err(StoreError::PassphraseFile(why));
        }
        let mut bytes = disk::read_open(file, MAX_PASSPHRASE).map_err(useless)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        let passphrase = Secret::try_from(bytes);
        passphrase.map(Some).map_err(|_| StoreError::PassphraseFile("the file is empty"))
    }
}
