//! Folders and files that are this user's alone: their access lists come from the user's own profile.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

/// `FILE_FLAG_OPEN_REPARSE_POINT`: opens a link itself.
const OPEN_LINK: u32 = 0x0020_0000;

/// Makes a folder with those above it, where they are missing.
///
/// # Errors
/// The system refuses it.
pub fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Opens a file to append to it, and makes it if it is not there. A link is not followed.
///
/// # Errors
/// It is no regular file, or the system refuses it.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    // All of what a handle may do: to cut off what was not written whole takes more than to append.
    let mut options = OpenOptions::new();
    let file =
        options.read(true).write(true).create(true).truncate(false).custom_flags(OPEN_LINK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(file)
}
