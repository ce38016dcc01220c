//! Windows: the Credential Manager.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry};
use windows_native_keyring_store::Store;

use crate::store::StoreError;

pub(super) const FAILED: &str = "the Credential Manager failed";

/// Largest secret, in bytes (`CRED_MAX_CREDENTIAL_BLOB_SIZE`).
pub(super) const MAX_ITEM: usize = 2560;

/// Says that nobody will be asked.
pub(super) struct Quiet;

/// There is no connection to be lost: each call is one of the system's own.
pub(super) struct Connection {
    store: Arc<CredentialStore>,
}

impl Connection {
    pub(super) fn open() -> Result<Self, StoreError> {
        Ok(Self { store: Store::new().map_err(super::understand)? })
    }

    pub(super) fn store(&self) -> &CredentialStore {
        &*self.store
    }

    /// Targets are `NAME.SERVICE`; the pattern is a regular expression, in which a service's letters
    /// and hyphens stand for themselves.
    pub(super) fn search(&self, service: &str) -> keyring_core::Result<Vec<Entry>> {
        let pattern = format!(r"^[^.]+\.{service}$");
        self.store.search(&HashMap::from([("pattern", pattern.as_str())]))
    }

    /// The Credential Manager never asks.
    pub(super) fn quiet(&self, _service: &str, _name: Option<&str>) -> Result<Quiet, StoreError> {
        Ok(Quiet)
    }

    /// Whoever is logged in may read.
    pub(super) fn ask(&self, _service: &str) -> Result<(), StoreError> {
        Ok(())
    }

    /// Puts the words where `CredRead` calls them a comment; without them the name must do.
    pub(super) fn describe(&self, entry: &Entry, _service: &str, _name: &str, label: &str) {
        // The system takes 256 characters.
        let comment: String = label.chars().take(200).collect();
        let known = entry.get_attributes().ok().and_then(|mut known| known.remove("comment"));
        if known.is_some_and(|known| known != comment) {
            let _ = entry.update_attributes(&HashMap::from([("comment", comment.as_str())]));
        }
    }
}

/// Kept on this machine: the default would let a domain carry it to every other one.
pub(super) fn modifiers(_label: &str) -> HashMap<&str, &str> {
    HashMap::from([("persistence", "Local")])
}

pub(super) fn understand(_error: &(dyn StdError + 'static)) -> StoreError {
    StoreError::Unavailable(FAILED)
}
