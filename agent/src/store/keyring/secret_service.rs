//! Linux: the Secret Service on the session bus (GNOME Keyring, KWallet, KeePassXC).

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry};
use secret_service::blocking::SecretService;
use secret_service::{EncryptionType, Error};
use zbus_secret_service_keyring_store::{Store, cred::Specifier};

use crate::store::StoreError;

pub(super) const FAILED: &str = "the Secret Service (the desktop's keyring) failed";
const NO_BUS: &str = "no D-Bus session bus answers";
const NO_SERVICE: &str = "no Secret Service (such as GNOME Keyring or KWallet) answers on the session bus";
const NO_COLLECTION: &str = "the Secret Service has no default keyring yet";

/// Says that nobody will be asked.
pub(super) struct Quiet;

/// Two connections: one for the items, and one that sees whether they are locked. The first one
/// unlocks what it finds locked, by asking a person, and cannot be told not to.
pub(super) struct Connection {
    store: Arc<CredentialStore>,
    watch: SecretService<'static>,
}

impl Connection {
    pub(super) fn open() -> Result<Self, StoreError> {
        // No secret travels on this one.
        let watch = SecretService::connect(EncryptionType::Plain).map_err(|error| understand(&error))?;
        Ok(Self { store: Store::new().map_err(super::understand)?, watch })
    }

    pub(super) fn store(&self) -> &CredentialStore {
        &*self.store
    }

    pub(super) fn search(&self, service: &str) -> keyring_core::Result<Vec<Entry>> {
        self.store.search(&ours(service))
    }

    /// Makes sure that nobody will be asked: the default keyring is open, and so is whichever holds
    /// the item, or any item of the service.
    pub(super) fn quiet(&self, service: &str, name: Option<&str>) -> Result<Quiet, StoreError> {
        let mut items = ours(service);
        items.extend(name.map(|name| ("username", name)));
        let look = move || -> Result<bool, Error> {
            let open = !self.watch.get_default_collection()?.is_locked()?;
            Ok(open && self.watch.search_items(items)?.locked.is_empty())
        };
        match look() {
            Ok(true) => Ok(Quiet),
            Ok(false) => Err(StoreError::Locked),
            Err(error) => Err(understand(&error)),
        }
    }

    /// Lets the Secret Service ask the person for the default keyring's password.
    pub(super) fn ask(&self, _service: &str) -> Result<(), StoreError> {
        let unlock = || -> Result<(), Error> {
            let collection = self.watch.get_default_collection()?;
            if collection.is_locked()? { collection.unlock() } else { Ok(()) }
        };
        unlock().map_err(|error| understand(&error))
    }

    /// Gives an item that was there before the label of today. Without it the old one stays.
    pub(super) fn describe(&self, entry: &Entry, _service: &str, _name: &str, label: &str) {
        if let Some(item) = entry.as_any().downcast_ref::<Specifier>()
            && item.get_label().is_ok_and(|old| old != label)
        {
            let _ = item.set_label(label);
        }
    }
}

fn ours(service: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", service)])
}

pub(super) fn modifiers(label: &str) -> HashMap<&str, &str> {
    HashMap::from([("label", label)])
}

pub(super) fn understand(error: &(dyn StdError + 'static)) -> StoreError {
    match error.downcast_ref::<Error>() {
        Some(Error::Locked) => StoreError::Locked,
        Some(Error::Prompt) => StoreError::Dismissed,
        Some(Error::NoResult) => StoreError::Unavailable(NO_COLLECTION),
        Some(Error::Unavailable) => StoreError::Unavailable(NO_BUS),
        Some(Error::Zbus(error)) => understand_bus(error),
        Some(Error::ZbusFdo(zbus::fdo::Error::ZBus(error))) => understand_bus(error),
        Some(Error::ZbusFdo(zbus::fdo::Error::ServiceUnknown(_))) => StoreError::Unavailable(NO_SERVICE),
        _ => StoreError::Unavailable(FAILED),
    }
}

fn understand_bus(error: &zbus::Error) -> StoreError {
    match error {
        zbus::Error::MethodError(name, ..) => match name.as_str() {
            "org.freedesktop.Secret.Error.IsLocked" => StoreError::Locked,
            "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
                StoreError::Unavailable(NO_SERVICE)
            }
            name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => {
                StoreError::Unavailable(NO_SERVICE)
            }
            _ => StoreError::Unavailable(FAILED),
        },
        zbus::Error::FDO(error) if matches!(**error, zbus::fdo::Error::ServiceUnknown(_)) => {
            StoreError::Unavailable(NO_SERVICE)
        }
        zbus::Error::Address(_)
        | zbus::Error::Connection(..)
        | zbus::Error::InputOutput(_)
        | zbus::Error::Handshake(_) => StoreError::Unavailable(NO_BUS),
        _ => StoreError::Unavailable(FAILED),
    }
}
