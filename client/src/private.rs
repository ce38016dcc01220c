//! A folder that is ours alone, for secrets that a program wants in a file: in memory where the system
//! has such a place, and gone when the program has ended.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use usher_proto::endpoint::Folders;

use crate::error::{Error, Own};
use crate::shred::shred;

#[cfg(unix)]
#[path = "private/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "private/windows.rs"]
mod platform;

/// Names that are tried, should some of them be taken.
const TRIES: u32 = 1000;
/// How folders with lent secrets are called. The agent has those too, so that one which a killed client
/// left behind can go.
const LENT: &str = "usher-lent-";
/// How folders are called in which a program makes secrets, which are nowhere else until they are taken in.
const MADE: &str = "usher-made-";
/// The file that is locked for as long as somebody needs the folder.
const LOCK: &str = "lock";

/// Is removed with what is in it when it is dropped.
pub(crate) struct Private {
    folder: PathBuf,
    /// It lies on a disk: the system has no place in memory.
    pub(crate) on_disk: bool,
    /// Nothing once the folder is not ours to remove any more.
    lock: Option<File>,
}

impl Private {
    /// Makes a folder for secrets that are lent.
    pub(crate) fn for_loans() -> Result<Self, Error> {
        Self::make(LENT).map_err(not_made)
    }

    /// Makes a folder for secrets that a program is to make.
    pub(crate) fn for_what_is_made() -> Result<Self, Error> {
        Self::make(MADE).map_err(not_made)
    }

    fn make(kind: &str) -> io::Result<Self> {
        let (place, on_disk) = place()?;
        remove_left_behind(&place);
        for number in 0..TRIES {
            let folder = place.join(format!("{kind}{}-{number}", std::process::id()));
            match platform::folder_of_owner().create(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    made?;
                    let lock = File::create_new(folder.join(LOCK))?;
                    lock.lock()?;
                    // Another client may have taken it for one that was left behind.
                    if folder.join(LOCK).exists() {
                        return Ok(Self { folder, on_disk, lock: Some(lock) });
                    }
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
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
        self.lock = None;
    }

    /// Overwrites and removes what is in it, and the folder.
    pub(crate) fn remove(mut self) -> Result<(), Error> {
        self.lock.take().map_or(Ok(()), |lock| remove(&self.folder, lock))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            let _ = remove(&self.folder, lock);
        }
    }
}

fn not_made(error: io::Error) -> Error {
    Error::new(
        Own::Files,
        format!("no private folder could be made: {error}"),
        "set XDG_RUNTIME_DIR to a folder of yours, or lend in another way",
    )
}

/// Removes what clients left behind that were killed. What cannot be looked at is somebody else's.
fn remove_left_behind(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(LENT)
            && let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            let _ = remove(&entry.path(), lock);
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

fn make_all(folder: &Path) -> io::Result<()> {
    platform::folder_of_owner().recursive(true).create(folder)
}

/// The names go away also where the content could not be overwritten, which is told.
fn remove(folder: &Path, lock: File) -> Result<(), Error> {
    let failed = |error: io::Error| {
        Error::new(
            Own::Files,
            format!("{} could not be removed: {error}", folder.display()),
            "remove it yourself: there are secrets in it",
        )
    };
    let mut overwritten = Ok(());
    for entry in fs::read_dir(folder).map_err(failed)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file())
            && entry.file_name() != LOCK
            && let Err(error) = shred(&entry.path(), None)
        {
            overwritten = Err(error);
        }
    }
    drop(lock); // Windows keeps a name for as long as its file is open
    match fs::remove_dir_all(folder) {
        // From here on another client may have been faster.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => overwritten,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_away_with_what_is_in_it() {
        let private = Private::for_loans().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        fs::create_dir(private.path("b")).expect("room");
        fs::write(private.path("b/c"), "of the program").expect("room");
        assert_eq!(fs::read(&path).expect("ours"), b"canary");
        private.write("a", b"again").expect_err("nothing is overwritten");
        let folder = private.folder.clone();
        private.remove().expect("ours");
        assert!(!folder.exists());
        let dropped = Private::for_loans().expect("a place").folder.clone();
        assert!(!dropped.exists());
    }

    #[test]
    fn what_is_left_stays() {
        let private = Private::for_loans().expect("a place");
        let folder = private.folder.clone();
        private.leave();
        assert!(folder.is_dir());
        fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn a_file_that_has_another_name_loses_this_one_and_that_is_told() {
        let private = Private::for_loans().expect("a place");
        let other = Private::for_loans().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        fs::hard_link(&path, other.path("b")).expect("the same place");
        private.remove().expect_err("the content is still there");
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_client_lent_goes_and_what_was_made_stays() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| place.path().join(name);
        let left = [folder("usher-lent-1-0"), folder("usher-made-1-0"), folder("usher-lent-2-0")];
        for folder in &left {
            platform::folder_of_owner().create(folder).expect("room");
            File::create_new(folder.join(LOCK)).expect("room");
        }
        let living = File::open(left[2].join(LOCK)).expect("there");
        living.lock().expect("nobody has it");
        remove_left_behind(place.path());
        assert_eq!(left.map(|folder| folder.exists()), [false, true, true]);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_look() {
        use std::os::unix::fs::MetadataExt;
        let private = Private::for_loans().expect("a place");
        let path = private.write("a", b"canary").expect("room");
        let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o777;
        assert_eq!((mode(&private.folder), mode(&path)), (0o700, 0o600));
    }
}
