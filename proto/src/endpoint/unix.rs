//! Unix sockets: their path, and whether folder and socket are ours.

use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::Folders;
use crate::answer::{Code, Refusal};

/// Longest path that fits into a socket address with its final zero, in bytes (`sun_path`).
const MAX_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A user as the system tells two apart: the effective uid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct User(pub u32);

impl User {
    /// Tells who this process is.
    pub fn own() -> Self {
        Self(rustix::process::geteuid().as_raw())
    }
}

pub(super) fn standard(folders: Folders) -> Result<PathBuf, Refusal> {
    Ok(folders.runtime.unwrap_or(folders.state).join("agent.sock"))
}

pub(super) fn check_path(path: PathBuf) -> Result<PathBuf, Refusal> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.len() > MAX_PATH {
        return Err(Refusal::new(
            Code::BadRequest,
            format!("the socket's path is {} bytes long; the system takes at most {MAX_PATH}", bytes.len()),
            "set USHER_SOCK to a shorter path",
        ));
    }
    if !path.is_absolute() || path.file_name().is_none() || bytes.contains(&0) {
        return Err(Refusal::new(
            Code::BadRequest,
            "the socket's path is not absolute",
            "set USHER_SOCK to a path that begins with /",
        ));
    }
    Ok(path)
}

/// Checks that nobody else could have put the socket there: its folder is ours and only we may
/// write to it, and the socket, if it exists, is a socket of ours.
///
/// # Errors
/// Says what is wrong and how to mend it. A folder or socket that is not there is no error.
pub fn check_place(path: &Path) -> Result<(), Refusal> {
    let Some(folder) = path.parent() else { return Ok(()) };
    if let Ok(found) = std::fs::symlink_metadata(folder) {
        check_folder(folder, &found)?;
    }
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            Err(not_ours(path, "is not a socket", "move it away, or set USHER_SOCK to another path"))
        }
        Ok(found) if User(found.uid()) != User::own() => {
            Err(not_ours(path, "belongs to another user", "set USHER_SOCK to a path in a folder of yours"))
        }
        _ => Ok(()),
    }
}

fn check_folder(folder: &Path, found: &Metadata) -> Result<(), Refusal> {
    if !found.is_dir() {
        return Err(not_ours(folder, "is not a folder", "set USHER_SOCK to a path in a folder of yours"));
    }
    if User(found.uid()) != User::own() {
        return Err(not_ours(
            folder,
            "belongs to another user",
            "set USHER_SOCK to a path in a folder of yours",
        ));
    }
    if found.mode() & 0o022 != 0 {
        return Err(not_ours(
            folder,
            "can be written to by others",
            "chmod 700 it, or set USHER_SOCK to another path",
        ));
    }
    Ok(())
}

fn not_ours(path: &Path, what: &str, hint: &str) -> Refusal {
    Refusal::new(
        Code::Denied,
        format!("{} {what}, so an agent there cannot be trusted", path.display()),
        hint,
    )
}
