//! What a backend must do: keep bytes under a name.

use usher_proto::{CredentialId, Secret};
use zeroize::Zeroizing;

use super::{Contents, Note, Record, Store, StoreError};

/// The bytes of an item, wiped when they are dropped.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// An item to be written.
pub(crate) struct Item<'a> {
    pub(crate) name: &'a str,
    /// Words for a person, where the backend has a place for them.
    pub(crate) label: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// Keeps bytes under names. A call is done or not done, never half.
pub(crate) trait Items: Send {
    /// Lists what is there.
    fn names(&mut self) -> Result<Vec<String>, StoreError>;
    /// Reads one item; none if it is not there.
    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError>;
    /// Writes an item, in place of the one of that name if there is one.
    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError>;
    /// Removes an item; one that is not there is no error.
    fn remove(&mut self, name: &str) -> Result<(), StoreError>;

    /// Reads every item with its name.
    fn read_all(&mut self) -> Result<Vec<(String, Bytes)>, StoreError> {
        let mut items = Vec::new();
        for name in self.names()? {
            if let Some(bytes) = self.read(&name)? {
                items.push((name, bytes));
            }
        }
        Ok(items)
    }
    /// As [`Store::unlock`]; most backends are never closed.
    fn unlock(&mut self, _passphrase: Option<&Secret>) -> Result<(), StoreError> {
        Ok(())
    }
    /// As [`Store::close`].
    fn close(&mut self) -> Option<Secret> {
        None
    }
    /// As [`Store::reopen`].
    fn reopen(&mut self, _key: Secret) {}
}

/// Keeps records as items: each under its credential's id, which is the same in every profile only
/// if the credential is.
impl<I: Items> Store for I {
    fn check(&mut self) -> Result<(), StoreError> {
        self.names().map(drop)
    }

    fn load(&mut self) -> Result<Contents, StoreError> {
        let mut held = Contents::default();
        for (name, bytes) in self.read_all()? {
            let read = if Note::is_name(&name) {
                Note::decode(&name, &bytes).map(|note| held.notes.push(note))
            } else {
                Record::decode(&bytes).map(|record| held.records.push(record))
            };
            if let Err(why) = read {
                log::warn!("store: an item is left out, {why}: {}", name.escape_debug());
            }
        }
        Ok(held)
    }

    fn holds(&mut self, record: &Record) -> Result<bool, StoreError> {
        let bytes = self.read(record.credential.id.as_str())?;
        let found = bytes.map(|bytes| Record::decode(&bytes)).transpose()?;
        Ok(found.as_ref() == Some(record))
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        let (label, bytes) = (record.label(), record.encode()?);
        self.write(Item { name: record.credential.id.as_str(), label: &label, bytes: &bytes })
    }

    fn put_note(&mut self, note: &Note) -> Result<(), StoreError> {
        let (label, bytes) = (note.label(), note.encode()?);
        self.write(Item { name: note.id.as_str(), label: &label, bytes: &bytes })
    }

    fn remove(&mut self, id: &CredentialId) -> Result<(), StoreError> {
        Items::remove(self, id.as_str())
    }

    fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<(), StoreError> {
        Items::unlock(self, passphrase)
    }

    fn close(&mut self) -> Option<Secret> {
        Items::close(self)
    }

    fn reopen(&mut self, key: Secret) {
        Items::reopen(self, key);
    }
}
