//! macOS: the login keychain.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use apple_native_keyring_store::keychain::Store;
use keyring_core::{CredentialStore, Entry};
use security_framework::base::Error;
use security_framework::item::{ItemClass, ItemSearchOptions, ItemUpdateOptions, update_item};
use security_framework::os::macos::keychain::{KeychainUserInteractionLock, SecKeychain};

use crate::store::StoreError;
use crate::store::items::Bytes;

pub(super) const FAILED: &str = "the keychain failed";

/// There is no connection to be lost: each call finds the keychain anew.
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

    pub(super) fn search(&self, service: &str) -> keyring_core::Result<Vec<Entry>> {
        self.store.search(&HashMap::from([("service", service)]))
    }

    /// Forbids windows as long as the value lives; what would need one fails.
    pub(super) fn quiet(
        &self,
        _service: &str,
        _name: Option<&str>,
    ) -> Result<KeychainUserInteractionLock, StoreError> {
        SecKeychain::disable_user_interaction().map_err(|error| understand(&error))
    }

    /// Lets macOS ask the person for the login keychain's password, and then whether this program
    /// may read items that another one wrote: an older usher is another program.
    pub(super) fn ask(&self, service: &str) -> Result<(), StoreError> {
        let mut keychain = SecKeychain::default().map_err(|error| understand(&error))?;
        keychain.unlock(None).map_err(|error| understand(&error))?;
        for entry in self.search(service).map_err(super::understand)? {
            drop(Bytes::new(entry.get_secret().map_err(super::understand)?));
        }
        Ok(())
    }

    /// Gives the item a name that a person can read; without it the service's stays.
    pub(super) fn describe(&self, _entry: &Entry, service: &str, name: &str, label: &str) {
        let mut item = ItemSearchOptions::new();
        item.class(ItemClass::generic_password()).service(service).account(name);
        let mut change = ItemUpdateOptions::new();
        change.set_label(label);
        let _ = update_item(&item, &change);
    }
}

pub(super) fn modifiers(_label: &str) -> HashMap<&str, &str> {
    HashMap::new()
}

/// Codes of `SecBase.h` and `MacErrors.h`.
pub(super) fn understand(error: &(dyn StdError + 'static)) -> StoreError {
    match error.downcast_ref::<Error>().map(|error| error.code()) {
        // errSecInteractionNotAllowed, errSecInteractionRequired
        Some(-25308 | -25315) => StoreError::Locked,
        // errSecUserCanceled, errSecAuthFailed
        Some(-128 | -25293) => StoreError::Dismissed,
        // errSecNoDefaultKeychain, errSecNoSuchKeychain, errSecNotAvailable
        Some(-25307 | -25294 | -25291) => StoreError::Unavailable("this user has no default keychain"),
        // errSecReadOnly, wrPermErr
        Some(-25292 | -61) => StoreError::Unavailable("the keychain may not be written to"),
        // errSecDiskFull, dskFulErr
        Some(-25313 | -34) => StoreError::Full("the disk is full"),
        _ => StoreError::Unavailable(FAILED),
    }
}
