//! A store in the test's own memory.

use usher_agent::store::{Contents, Note, Record, Store, StoreError};
use usher_proto::{CredentialId, Secret};

/// Gives back what a locked agent takes away.
const KEY: &[u8] = b"the key of a test's store";

/// Keeps what it is given until it is dropped: in clear, and out of reach while it is closed.
#[derive(Default)]
pub struct TestStore {
    kept: Contents,
    is_closed: bool,
}

impl TestStore {
    fn open(&mut self) -> Result<&mut Contents, StoreError> {
        if self.is_closed { Err(StoreError::NeedsPassphrase { new: false }) } else { Ok(&mut self.kept) }
    }
}

impl Store for TestStore {
    fn check(&mut self) -> Result<(), StoreError> {
        self.open().map(drop)
    }

    fn load(&mut self) -> Result<Contents, StoreError> {
        let Contents { records, notes } = self.open()?;
        Ok(Contents { records: records.clone(), notes: notes.clone() })
    }

    fn holds(&mut self, record: &Record) -> Result<bool, StoreError> {
        Ok(self.open()?.records.contains(record))
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.remove(&record.credential.id)?;
        self.kept.records.push(record.clone());
        Ok(())
    }

    fn put_note(&mut self, note: &Note) -> Result<(), StoreError> {
        self.remove(&note.id)?;
        self.kept.notes.push(note.clone());
        Ok(())
    }

    fn remove(&mut self, id: &CredentialId) -> Result<(), StoreError> {
        let Contents { records, notes } = self.open()?;
        records.retain(|record| record.credential.id != *id);
        notes.retain(|note| note.id != *id);
        Ok(())
    }

    fn unlock(&mut self, _passphrase: Option<&Secret>) -> Result<(), StoreError> {
        Ok(())
    }

    fn close(&mut self) -> Option<Secret> {
        let was_closed = std::mem::replace(&mut self.is_closed, true);
        (!was_closed).then(|| Secret::new(KEY.to_vec()).expect("not empty"))
    }

    fn reopen(&mut self, key: Secret) {
        self.is_closed &= key.expose() != KEY;
    }
}
