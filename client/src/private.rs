//! A folder that is ours alone, for secrets that a program wants in a file: in memory where the system
//! has such a place, and gone when the program has ended.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use usher_proto::endpoint::Folders;

use crate::error::{Error, Own};
use crate::print::clean;
use crate::shred::shred;

#[cfg(unix)]
#[path = "private/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "private/windows.rs"]
mod platform;

/// Names that are tried: each folder that lies there is one that a killed client left behind.
const TRIES: u32 = 1000;

/// Is removed with what is in it when it is dropped.
pub(crate) struct Private {
    folder: PathBuf,
    /// It lies on a disk: the system has no place in memory.
    pub(crate) on_disk: bool,
}

impl Private {
    /// Makes the folder.
    pub(crate) fn make() -> Result<Self, Error> {
        let failed = |error: io::Error| {
            Error::new(
                Own::Files,
                format!("no private folder could be made: {error}"),
                "set XDG_RUNTIME_DIR to a folder of yours, or lend in another way",
            )
        };
        let (place, on_disk) = place().map_err(failed)?;
        for number in 0..TRIES {
            let folder = place.join(format!("usher-lent-{}-{number}", std::process::id()));
            match make(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Self { folder, on_disk }).map_err(failed),
            }
        }
        Err(failed(io::ErrorKind::AlreadyExists.into()))
    }

    /// Tells the path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file that only we may read, and tells its path.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        let path = self.path(name);
        let mut options = OpenOptions::new();
        platform::owner_only(options.write(true).create_new(true));
        options.open(&path)?.write_all(content)?;
        Ok(path)
    }

    /// Leaves the folder where it is, for what could be put nowhere else.
    pub(crate) fn leave(mut self) {
        self.folder = PathBuf::new();
    }

    /// Overwrites and removes what is in it, and the folder.
    pub(crate) fn remove(mut self) -> Result<(), Error> {
        remove(&std::mem::take(&mut self.folder))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            let _ = remove(&self.folder);
        }
    }
}

/// Picks the first place that is in memory; else one on a disk.
fn place() -> io::Result<(PathBuf, bool)> {
    let session = Folders::find().ok().and_then(|folders| folders.runtime);
    for place in session.iter().map(PathBuf::as_path).chain(platform::IN_MEMORY.map(Path::new)) {
        if make_all(place).is_ok() && platform::is_in_memory(place) {
            return Ok((place.to_owned(), false));
        }
    }
    let place = session.unwrap_or_else(std::env::temp_dir);
    make_all(&place)?;
    Ok((place, true))
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    platform::folder_of_owner(&mut builder);
    builder.create(folder)
}

fn make_all(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    platform::folder_of_owner(&mut builder);
    builder.recursive(true).create(folder)
}

/// The names go away also where the content could not be overwritten, which is told.
fn remove(folder: &Path) -> Result<(), Error> {
    let failed = |error: io::Error| {
        Error::new(
            Own::Files,
            format!("{} could not be removed: {error}", clean(&folder.to_string_lossy())),
            "remove it yourself: there are secrets in it",
        )
    };
    let mut overwritten = Ok(());
    for entry in fs::read_dir(folder).map_err(failed)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Err(error) = shred(&entry.path(), None)
        {
            overwritten = Err(error);
        }
    }
    fs::remove_dir_all(folder).map_err(failed)?;
    overwritten
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_away_with_what_is_in_it() {
        let private = Private::make().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        fs::create_dir(private.path("b")).expect("room");
        fs::write(private.path("b/c"), "of the program").expect("room");
        assert_eq!(fs::read(&path).expect("ours"), b"canary");
        private.write("a", b"again").expect_err("nothing is overwritten");
        let folder = private.folder.clone();
        private.remove().expect("ours");
        assert!(!folder.exists());
        let dropped = Private::make().expect("a place").folder.clone();
        assert!(!dropped.exists());
    }

    #[test]
    fn what_is_left_stays() {
        let private = Private::make().expect("a place");
        let folder = private.folder.clone();
        private.leave();
        assert!(folder.is_dir());
        remove(&folder).expect("ours");
    }

    #[test]
    fn a_file_that_has_another_name_loses_this_one_and_that_is_told() {
        let private = Private::make().expect("a place");
        let other = Private::make().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        fs::hard_link(&path, other.path("b")).expect("the same place");
        private.remove().expect_err("the content is still there");
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_look() {
        use std::os::unix::fs::MetadataExt;
        let private = Private::make().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o777;
        assert_eq!((mode(&private.folder), mode(&path)), (0o700, 0o600));
    }
}
