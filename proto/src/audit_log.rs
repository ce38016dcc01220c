//! The audit log's files, which the agent writes and the client reads by itself: what they are called.

use std::path::{Path, PathBuf};

use crate::endpoint::Folders;

/// How many old files stay beside the newest.
pub const OLD: u32 = 4;

/// Tells the path of the newest file.
pub fn newest(folders: &Folders) -> PathBuf {
    folders.state.join("audit.log")
}

/// Tells the path of a file by its number: 0 is the newest, and each other is older than the one before.
pub fn numbered(newest: &Path, number: u32) -> PathBuf {
    match number {
        0 => newest.to_owned(),
        number => newest.with_extension(format!("log.{number}")),
    }
}
