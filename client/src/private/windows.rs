//! Windows: a user's folders are that user's alone, and none is in memory.

use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;

pub(super) const IN_MEMORY: Option<&str> = None;

pub(super) fn owner_only(_options: &mut OpenOptions) {}

pub(super) fn folder_of_owner() -> DirBuilder {
    DirBuilder::new()
}

pub(super) fn is_in_memory(_place: &Path) -> bool {
    false
}
