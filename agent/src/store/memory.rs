//! The agent's own memory: forgets when the agent ends.

use std::collections::BTreeMap;

use usher_proto::Secret;

use super::StoreError;
use super::items::{Bytes, Item, Items};
use crate::seal::Key;

/// Keeps records until it is dropped: sealed under a key of its own, which a locked agent takes away.
pub struct Memory {
    items: BTreeMap<String, Vec<u8>>,
    key: Option<Key>,
}

impl Default for Memory {
    fn default() -> Self {
        Self { items: BTreeMap::new(), key: Some(Key::random()) }
    }
}

impl Memory {
    fn key(&self) -> Result<&Key, StoreError> {
        self.key.as_ref().ok_or(StoreError::NeedsPassphrase { new: false })
    }
}

impl Items for Memory {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        self.key()?;
        Ok(self.items.keys().cloned().collect())
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let key = self.key()?;
        let open = |sealed: &Vec<u8>| key.open(name.as_bytes(), sealed);
        let opened = self.items.get(name).map(open).transpose();
        opened.map_err(|_| StoreError::Damaged("an item in memory does not open"))
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        let sealed = self.key()?.seal(item.name.as_bytes(), item.bytes);
        self.items.insert(item.name.to_owned(), sealed);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.key()?;
        self.items.remove(name);
        Ok(())
    }

    fn close(&mut self) -> Option<Secret> {
        self.key.take().map(Key::into_secret)
    }

    fn reopen(&mut self, key: Secret) {
        if self.key.is_none() {
            self.key = Key::from_secret(key);
        }
    }
}
