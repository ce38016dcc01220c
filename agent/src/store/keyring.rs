//! The OS keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! One item a credential. What differs between the systems is in `keyring/`, with the same names in
//! each file. Ordinary calls never make the system ask a person; `unlock` does.

#[cfg(target_os = "windows")]
#[path = "keyring/credential_manager.rs"]
mod platform;
#[cfg(target_os = "macos")]
#[path = "keyring/keychain.rs"]
mod platform;
#[cfg(target_os = "linux")]
#[path = "keyring/secret_service.rs"]
mod platform;

use std::collections::BTreeMap;

use keyring_core::{Entry, Error};
use usher_proto::Secret;

use self::platform::Connection;
use super::StoreError;
use super::items::{Bytes, Item, Items};

/// Keeps records in the OS keyring.
pub struct Keyring {
    #[cfg(not(windows))]
    items: Native,
    #[cfg(windows)]
    items: super::chunks::Chunked<Native>,
}

impl Keyring {
    /// Names the items that are meant: those of this service. Nothing is connected before the first
    /// call.
    pub fn new(service: &str) -> Self {
        let native = Native { service: service.to_owned(), connection: None };
        #[cfg(not(windows))]
        let items = native;
        #[cfg(windows)]
        let items = super::chunks::Chunked::new(native, platform::MAX_ITEM);
        Self { items }
    }
}

impl Items for Keyring {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        self.items.names()
    }
    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.items.read(name)
    }
    fn read_all(&mut self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.items.read_all()
    }
    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        self.items.write(item)
    }
    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.items.remove(name)
    }
    fn unlock(&mut self, _passphrase: Option<&Secret>) -> Result<(), StoreError> {
        self.items.unlock(None)
    }
}

/// The keyring's items as they are.
struct Native {
    service: String,
    connection: Option<Connection>,
}

impl Native {
    /// Calls with a connection: the one that is there, and if that fails a new one, because the
    /// keyring's process may have ended and come back since. Every call may be made twice.
    fn connected<T>(&mut self, call: impl Fn(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let reused = self.connection.is_some();
        match self.once(&call) {
            Err(StoreError::Unavailable(_)) if reused => self.once(&call),
            other => other,
        }
    }

    fn once<T>(&mut self, call: impl Fn(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open()?,
        };
        let result = call(&connection);
        if !matches!(result, Err(StoreError::Unavailable(_))) {
            self.connection = Some(connection);
        }
        result
    }

    /// The same for a call that must not make the system ask a person. It uses one item, or all.
    fn quietly<T>(
        &mut self,
        name: Option<&str>,
        call: impl Fn(&Connection, &str) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let service = self.service.clone();
        self.connected(|connection| {
            let _quiet = connection.quiet(&service, name)?;
            call(connection, &service)
        })
    }
}

impl Items for Native {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        self.quietly(None, |connection, service| Ok(found(connection, service)?.into_keys().collect()))
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.quietly(Some(name), |connection, service| read(&entry(connection, service, name)?))
    }

    fn read_all(&mut self) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.quietly(None, |connection, service| {
            let mut items = Vec::new();
            for (name, entry) in found(connection, service)? {
                if let Some(bytes) = read(&entry)? {
                    items.push((name, bytes));
                }
            }
            Ok(items)
        })
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        self.quietly(Some(item.name), |connection, service| {
            let modifiers = platform::modifiers(item.label);
            let entry = connection.store().build(service, item.name, Some(&modifiers)).map_err(understand)?;
            match entry.set_secret(item.bytes) {
                Ok(()) => {
                    connection.describe(&entry, service, item.name, item.label);
                    Ok(())
                }
                // Somebody copied the item. One of them gets the new secret, then the others go.
                Err(Error::Ambiguous(copies)) => {
                    let (first, others) =
                        copies.split_first().ok_or(StoreError::Unavailable(platform::FAILED))?;
                    first.set_secret(item.bytes).map_err(understand)?;
                    others.iter().try_for_each(remove)
                }
                Err(error) => Err(understand(error)),
            }
        })
    }

    fn unlock(&mut self, _passphrase: Option<&Secret>) -> Result<(), StoreError> {
        let service = self.service.clone();
        self.connected(|connection| connection.ask(&service))
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.quietly(Some(name), |connection, service| {
            match entry(connection, service, name)?.delete_credential() {
                Err(Error::Ambiguous(copies)) => copies.iter().try_for_each(remove),
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(understand(error)),
            }
        })
    }
}

/// Finds the service's items by name. Of an item that somebody copied it finds one.
fn found(connection: &Connection, service: &str) -> Result<BTreeMap<String, Entry>, StoreError> {
    let mut found = BTreeMap::new();
    for entry in connection.search(service).map_err(understand)? {
        match entry.get_specifiers() {
            Some((its_service, name)) if its_service == service => {
                found.insert(name, entry);
            }
            Some(_) => {}
            // It has no name, so it is not ours; or an error was swallowed, which comes again here.
            None => drop(entry.get_attributes().map_err(understand)?),
        }
    }
    Ok(found)
}

fn read(entry: &Entry) -> Result<Option<Bytes>, StoreError> {
    let secret = match entry.get_secret() {
        Err(Error::Ambiguous(copies)) => copies.first().ok_or(Error::NoEntry).and_then(Entry::get_secret),
        other => other,
    };
    match secret {
        Ok(bytes) => Ok(Some(Bytes::new(bytes))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(understand(error)),
    }
}

fn remove(entry: &Entry) -> Result<(), StoreError> {
    match entry.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(understand(error)),
    }
}

fn entry(connection: &Connection, service: &str, name: &str) -> Result<Entry, StoreError> {
    connection.store().build(service, name, None).map_err(understand)
}

/// Keeps what is safe of an error: its own words may quote what was stored.
fn understand(error: Error) -> StoreError {
    match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => platform::understand(&*inner),
        Error::TooLong(..) => StoreError::Full("the OS keyring does not take so large an item"),
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Bytes::new(bytes));
            StoreError::Damaged("the OS keyring cannot decode the item")
        }
        _ => StoreError::Unavailable(platform::FAILED),
    }
}
