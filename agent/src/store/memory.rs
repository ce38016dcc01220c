//! The agent's own memory: forgets when the agent ends.

use std::collections::BTreeMap;

use usher_proto::Secret;

use super::StoreError;
use super::items::{Bytes, Item, Items};
use crate::seal::Vault;

/// What a locked agent's calls meet.
const CLOSED: StoreError = StoreError::NeedsPassphrase { new: false };

/// Keeps records until it is dropped: sealed, under a key that a locked agent takes away.
#[derive(Default)]
pub struct Memory {
    items: BTreeMap<String, Vec<u8>>,
    vault: Vault,
}

impl Items for Memory {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        if self.vault.is_open() { Ok(self.items.keys().cloned().collect()) } else { Err(CLOSED) }
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let open = |sealed: &Vec<u8>| self.vault.open(name.as_bytes(), sealed).map_err(|_| CLOSED);
        self.items.get(name).map(open).transpose()
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        let sealed = self.vault.seal(item.name.as_bytes(), item.bytes).ok_or(CLOSED)?;
        self.items.insert(item.name.to_owned(), sealed);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        if !self.vault.is_open() {
            return Err(CLOSED);
        }
        self.items.remove(name);
        Ok(())
    }

    fn close(&mut self) -> Option<Secret> {
        self.vault.close()
    }

    fn reopen(&mut self, key: Secret) {
        self.vault.reopen(&key);
    }
}
