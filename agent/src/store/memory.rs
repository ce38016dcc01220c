//! The agent's own memory: forgets when the agent ends.

use std::collections::BTreeMap;

use super::StoreError;
use super::items::{Bytes, Item, Items};

/// Keeps records until it is dropped.
#[derive(Default)]
pub struct Memory {
    items: BTreeMap<String, Bytes>,
}

impl Items for Memory {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(self.items.keys().cloned().collect())
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.items.get(name).cloned())
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        self.items.insert(item.name.to_owned(), Bytes::new(item.bytes.to_vec()));
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.items.remove(name);
        Ok(())
    }
}
