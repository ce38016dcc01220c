//! Unix: modes, and file systems in memory.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Where everybody may make a folder in memory, which others may then neither read nor remove.
pub(super) const IN_MEMORY: Option<&str> = if cfg!(target_os = "linux") { Some("/dev/shm") } else { None };

pub(super) fn owner_only(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Makes folders that only their owner may look into.
pub(super) fn folder_of_owner() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(target_os = "linux")]
pub(super) fn is_in_memory(place: &Path) -> bool {
    /// tmpfs and ramfs, from `linux/magic.h`.
    const MAGIC: [u32; 2] = [0x0102_1994, 0x8584_58f6];
    rustix::fs::statfs(place).is_ok_and(|found| MAGIC.contains(&(found.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_in_memory(_place: &Path) -> bool {
    false
}
