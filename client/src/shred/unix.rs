//! Unix: inodes and modes.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Access, OFlags};

use super::Identity;

pub(super) fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    // Without waiting, should a pipe have come into its place.
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
}

pub(super) fn identity(file: &File) -> io::Result<Identity> {
    let found = file.metadata()?;
    Ok(Identity { volume: found.dev(), index: found.ino(), names: found.nlink() })
}

pub(super) fn make_writable(file: &File, _path: &Path) -> io::Result<()> {
    if file.metadata()?.mode() & 0o200 != 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(0o600))
}

pub(super) fn check_folder(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
