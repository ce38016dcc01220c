//! A store that fails, hangs or forgets when a test says so.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use usher_agent::store::{Contents, Note, Record, Store, StoreError};
use usher_proto::{CredentialId, Secret};

use crate::store::TestStore;

/// What the store does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Works.
    Well,
    /// Fails every call.
    Fails(StoreError),
    /// Fails to write and reads well.
    ReadOnly,
    /// Says that it wrote, and did not.
    Forgets,
    /// Does not come back until the mood changes.
    Hangs,
}

/// Sets the mood of a store that an agent has.
#[derive(Clone)]
pub struct Switch(Arc<(Mutex<Mood>, Condvar)>);

impl Switch {
    /// Changes the mood.
    pub fn set(&self, mood: Mood) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = mood;
        self.0.1.notify_all();
    }

    fn wait_while_hanging(&self) -> Mood {
        let mood = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *self.0.1.wait_while(mood, |mood| *mood == Mood::Hangs).unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store with moods.
pub struct Faulty {
    kept: TestStore,
    switch: Switch,
}

impl Faulty {
    /// Makes a store that works, and the switch that changes that.
    pub fn new() -> (Self, Switch) {
        let switch = Switch(Arc::new((Mutex::new(Mood::Well), Condvar::new())));
        (Self { kept: TestStore::default(), switch: switch.clone() }, switch)
    }

    fn read(&self) -> Result<(), StoreError> {
        match self.switch.wait_while_hanging() {
            Mood::Fails(error) => Err(error),
            _ => Ok(()),
        }
    }

    fn write(&self) -> Result<bool, StoreError> {
        match self.switch.wait_while_hanging() {
            Mood::Fails(error) => Err(error),
            Mood::ReadOnly => Err(StoreError::File(std::io::ErrorKind::ReadOnlyFilesystem)),
            mood => Ok(mood != Mood::Forgets),
        }
    }
}

impl Store for Faulty {
    fn check(&mut self) -> Result<(), StoreError> {
        self.read()
    }

    fn load(&mut self) -> Result<Contents, StoreError> {
        self.read()?;
        self.kept.load()
    }

    fn holds(&mut self, record: &Record) -> Result<bool, StoreError> {
        self.read()?;
        self.kept.holds(record)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        if self.write()? { self.kept.put(record) } else { Ok(()) }
    }

    fn put_note(&mut self, note: &Note) -> Result<(), StoreError> {
        if self.write()? { self.kept.put_note(note) } else { Ok(()) }
    }

    fn remove(&mut self, id: &CredentialId) -> Result<(), StoreError> {
        if self.write()? { self.kept.remove(id) } else { Ok(()) }
    }

    fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<(), StoreError> {
        self.read()?;
        self.kept.unlock(passphrase)
    }

    fn close(&mut self) -> Option<Secret> {
        None
    }

    fn reopen(&mut self, _key: Secret) {}
}
