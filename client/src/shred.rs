//! Removes a file that holds a secret: zeros over its content, then the name.
//!
//! Zeros reach the old place on the disk only where the file system and the disk write in place; the
//! name goes away everywhere.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use usher_proto::Secret;

use crate::error::{Error, Own};
use crate::input::{Bounded, Until, read_bounded};

#[cfg(unix)]
#[path = "shred/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "shred/windows.rs"]
mod platform;

/// Shreds a file, if it is the only name of its content and still holds what was read from it.
///
/// A file that does not qualify is left exactly as it is. What is expected may be left out for a file
/// that holds no secret.
pub(crate) fn shred(path: &Path, expected: Option<&Secret>) -> Result<(), Error> {
    if fs::symlink_metadata(path).map_err(failed)?.is_symlink() {
        return Err(kept("it is a link", "remove the file that it points to yourself"));
    }
    let seen = open(OpenOptions::new().read(true), path)?;
    let identity = identity(&seen).map_err(failed)?;
    if !seen.metadata().map_err(failed)?.is_file() {
        return Err(kept("it is not a regular file", "look at what it is"));
    }
    if identity.names != 1 {
        return Err(kept(
            "it has other names (hard links), which would still show it",
            "find them by its inode, and remove them all",
        ));
    }
    if let Some(expected) = expected
        && !matches!(read_bounded(&mut &seen, Until::End), Ok(Bounded::Whole(found)) if found == *expected)
    {
        return Err(kept("it has changed since it was read", "import again"));
    }
    // Before anything is overwritten: a name that cannot go away would be left with zeros.
    platform::check_folder(path.parent().unwrap_or(path)).map_err(failed)?;
    // Tunnel credentials are written read-only.
    platform::make_writable(&seen, path).map_err(failed)?;
    let file = open(OpenOptions::new().write(true), path)?;
    if platform::identity(&file).map_err(failed)? != identity {
        return Err(kept("it was replaced while it was looked at", "import again"));
    }
    overwrite(&file).map_err(failed)?;
    drop((seen, file));
    fs::remove_file(path).map_err(failed)
}

/// Makes sure that names removed from the folder stay removed after a power cut.
pub(crate) fn settle(folder: &Path) -> Result<(), Error> {
    platform::sync_folder(folder).map_err(failed)
}

/// Tells which file is open, whatever its name is now.
pub(crate) fn identity(file: &File) -> io::Result<Identity> {
    platform::identity(file)
}

fn open(options: &mut OpenOptions, path: &Path) -> Result<File, Error> {
    platform::without_following(options).open(path).map_err(failed)
}

fn overwrite(mut file: &File) -> io::Result<()> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut left = file.metadata()?.len();
    while left > 0 {
        let part = left.min(ZEROS.len() as u64);
        file.write_all(&ZEROS[..part as usize])?;
        left -= part;
    }
    file.sync_all()
}

fn kept(message: &str, hint: &str) -> Error {
    Error::new(Own::Unsuitable, message, hint)
}

fn failed(error: io::Error) -> Error {
    Error::new(
        Own::Files,
        format!("it could not be removed: {error}"),
        "look at the owner and permissions of file and folder, or remove it yourself",
    )
}

/// Which file it is, whatever its name, and how many names it has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    volume: u64,
    index: u64,
    names: u64,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into()).expect("not empty")
    }

    fn file(content: &str) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a-token");
        fs::write(&path, content).expect("room");
        (folder, path)
    }

    #[test]
    fn what_is_still_the_same_goes_away_even_when_read_only() {
        let (folder, path) = file("canary");
        let mut permissions = fs::metadata(&path).expect("there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).expect("ours");
        shred(&path, Some(&secret("canary"))).expect("it qualifies");
        settle(folder.path()).expect("a folder");
        assert!(!path.exists());
    }

    #[test]
    fn what_has_changed_stays_as_it_is() {
        let (_folder, path) = file("fresh token");
        let error = shred(&path, Some(&secret("stale token"))).expect_err("it has changed");
        assert!(error.message.contains("changed"), "{}", error.message);
        assert_eq!(fs::read(&path).expect("there"), b"fresh token");
    }

    #[test]
    fn what_has_another_name_stays_as_it_is() {
        let (folder, path) = file("canary");
        let other = folder.path().join("other");
        fs::hard_link(&path, &other).expect("a link");
        shred(&path, Some(&secret("canary"))).expect_err("two names");
        assert_eq!(fs::read(&other).expect("there"), b"canary");
        assert_eq!(fs::read(&path).expect("there"), b"canary");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_a_link_stays_as_it_is() {
        let (folder, path) = file("canary");
        let link = folder.path().join("b-token");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        shred(&link, Some(&secret("canary"))).expect_err("a link");
        assert_eq!(fs::read(&link).expect("there"), b"canary");
    }

    #[test]
    fn zeros_cover_the_whole_content() {
        let (_folder, path) = file(&"x".repeat(10_000));
        overwrite(&OpenOptions::new().write(true).open(&path).expect("there")).expect("room");
        assert_eq!(fs::read(&path).expect("there"), vec![0; 10_000]);
    }
}
