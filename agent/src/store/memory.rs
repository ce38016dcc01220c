//! The agent's own memory, where everything is already: nothing outlives the agent.

use usher_proto::{CredentialId, Secret};

use super::{Contents, Note, Record, Store, StoreError};

/// Keeps nothing a second time. What it is told the agent holds until it ends, and never forgets in order
/// to read it again: an agent with this store does not lock itself.
pub struct Memory;

impl Store for Memory {
    fn check(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn load(&mut self) -> Result<Contents, StoreError> {
        Ok(Contents::default())
    }

    /// What could differ from the record is the record itself.
    fn holds(&mut self, _record: &Record) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn put(&mut self, _record: &Record) -> Result<(), StoreError> {
        Ok(())
    }

    fn put_note(&mut self, _note: &Note) -> Result<(), StoreError> {
        Ok(())
    }

    fn remove(&mut self, _id: &CredentialId) -> Result<(), StoreError> {
        Ok(())
    }

    fn unlock(&mut self, _passphrase: Option<&Secret>) -> Result<(), StoreError> {
        Ok(())
    }

    /// There is no key: the agent seals what it holds.
    fn close(&mut self) -> Option<Secret> {
        None
    }

    fn reopen(&mut self, _key: Secret) {}
}
