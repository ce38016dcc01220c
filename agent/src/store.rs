//! Where secrets outlive the agent: one trait, one backend a file.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use usher_proto::secret::wire;
use usher_proto::{Credential, CredentialId, Secret};

/// A credential with its secret, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub credential: Arc<Credential>,
    /// The secret.
    #[serde(with = "wire")]
    pub secret: Arc<Secret>,
}

/// Keeps records. Calls block, and are made from one thread of their own, one at a time.
///
/// Each call is atomic for its record: whatever happens, it is afterwards the old or the new one.
pub trait Store: Send {
    /// Reads every record.
    fn load(&mut self) -> Result<Vec<Record>, StoreError>;
    /// Reads one record; none if it is not there.
    fn get(&mut self, id: &CredentialId) -> Result<Option<Record>, StoreError>;
    /// Writes a record, in place of the one with the same id if there is one.
    fn put(&mut self, record: &Record) -> Result<(), StoreError>;
    /// Removes a record; one that is not there is no error.
    fn remove(&mut self, id: &CredentialId) -> Result<(), StoreError>;
    /// Opens a store that is closed: with a passphrase, or by letting the system ask the person.
    fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<(), StoreError>;
    /// Forgets the key, if the store has one, and hands it out so that a locked agent can seal it.
    fn close(&mut self) -> Option<Secret>;
    /// Takes back what `close` handed out.
    fn reopen(&mut self, key: Secret);
}

/// Why a store did not do what it was asked. Holds no secret and no text of the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// It is locked, and unlocking would ask a person.
    Locked,
}
