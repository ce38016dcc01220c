//! The store that was used before, in a file of one word.

use std::io;
use std::path::Path;

use super::CannotChoose;
use crate::store::{StoreError, StoreName, disk};

/// Longest file that remembers a store, in bytes.
const MAX_REMEMBERED: u64 = 64;

/// Tells which store was used before, if one was.
pub(super) fn recall(path: &Path) -> Result<Option<StoreName>, CannotChoose> {
    let bytes = disk::read(path, MAX_REMEMBERED).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => CannotChoose::BadMemory(path.to_owned()),
        _ => CannotChoose::Unreadable(path.to_owned(), error.into()),
    })?;
    let Some(bytes) = bytes else { return Ok(None) };
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        // Memory must be asked for each time, so nobody but a person can have written it.
        .filter(|name| *name != StoreName::Memory)
        .map(Some)
        .ok_or_else(|| CannotChoose::BadMemory(path.to_owned()))
}

/// Remembers which store is used, where it is another one than before.
pub(super) fn remember(path: &Path, name: StoreName) -> Result<(), StoreError> {
    if matches!(recall(path), Ok(Some(before)) if before == name) {
        return Ok(());
    }
    disk::make_folder(path)?;
    Ok(disk::replace(path, format!("{name}\n").as_bytes())?)
}
