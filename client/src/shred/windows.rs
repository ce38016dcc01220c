//! Windows: file indices and the read-only attribute.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_FLAG_OPEN_REPARSE_POINT, GetFileInformationByHandle,
};

use super::Identity;

pub(super) fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
}

pub(super) fn identity(file: &File) -> io::Result<Identity> {
    let mut told = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open and the structure is ours to write.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut told) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Identity {
        volume: told.dwVolumeSerialNumber.into(),
        index: u64::from(told.nFileIndexHigh) << 32 | u64::from(told.nFileIndexLow),
        names: told.nNumberOfLinks.into(),
    })
}

/// By the path: a handle to read with may not change attributes.
pub(super) fn make_writable(file: &File, path: &Path) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    if permissions.readonly() {
        #[expect(clippy::permissions_set_readonly_false, reason = "on Windows it is one attribute")]
        permissions.set_readonly(false);
        std::fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

/// Windows asks the file whether it may go away, and the attribute was cleared above.
pub(super) fn check_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Windows does not sync folders.
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
