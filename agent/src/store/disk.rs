//! Files that only this user may read, written so that a crash leaves the old or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Puts a file in place of the one at `path`, whole or not at all.
///
/// The bytes go to a new file beside it, reach the disk, and only then get the name; the folder
/// reaches the disk too, or a power cut could bring the old name back after we said that it is done.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = temporary(path)?;
    let written = create_private(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file); // Windows does not rename a file that is open
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    sync_folder(folder(path))
}

/// Removes what a `replace` that was cut short left behind. Nobody else may be writing.
pub(super) fn clean(path: &Path) {
    let (Ok(entries), Ok(name)) = (fs::read_dir(folder(path)), name(path)) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let ours = found.to_str().and_then(|found| found.strip_prefix(&format!(".{name}.")));
        if ours.is_some_and(|rest| rest.ends_with(".tmp")) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Reads a file of at most `limit` bytes into a buffer that is sized once; none if it is not there.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    match File::open(path) {
        Ok(file) => read_open(file, limit).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads an open file of at most `limit` bytes into a buffer that is sized once.
pub(super) fn read_open(file: File, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let length = file.metadata()?.len();
    let capacity = usize::try_from(length.min(limit)).map_err(|_| io::ErrorKind::FileTooLarge)?;
    // One byte more, so that the end is found without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity + 1));
    file.take(capacity as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > capacity { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Makes the folder of `path`, for this user only, with the folders above it.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder(path))
}

/// Options for a file of this user only. On Windows the folder's access list decides, and the
/// folders that usher uses are in the user's own profile.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Tells what lets somebody else read an open file, if anything does.
#[cfg(unix)]
pub(super) fn exposure(file: &File) -> io::Result<Option<&'static str>> {
    use std::os::unix::fs::MetadataExt;

    let found = file.metadata()?;
    Ok(if found.uid() != rustix::process::geteuid().as_raw() {
        Some("the file belongs to another user")
    } else if found.mode() & 0o077 != 0 {
        Some("others may read the file; chmod 600 it")
    } else {
        None
    })
}

/// On Windows the folder's access list decides.
#[cfg(not(unix))]
pub(super) fn exposure(_file: &File) -> io::Result<Option<&'static str>> {
    Ok(None)
}

fn create_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no such call; NTFS keeps a journal of names.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn name(path: &Path) -> io::Result<&str> {
    path.file_name().and_then(|name| name.to_str()).ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

fn temporary(path: &Path) -> io::Result<PathBuf> {
    let number = getrandom::u64().map_err(|_| io::ErrorKind::Other)?;
    Ok(path.with_file_name(format!(".{}.{number:016x}.tmp", name(path)?)))
}
