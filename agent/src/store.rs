//! Where secrets outlive the agent.
//!
//! - [`Store`]: what the agent asks of a store; [`Record`] is what it keeps, and [`Note`] what must not be
//!   forgotten beside them
//! - `items`: what a backend must do, so little that one implementation of [`Store`] serves
//!   every one that keeps something
//! - [`keyring`], [`kernel`], [`mod@file`], [`memory`]: one backend a file
//! - `chunks`: large items on a backend that takes small ones only
//! - [`choose`]: which store it is, and that it stays that one

pub mod choose;
mod chunks;
mod disk;
mod error;
pub mod file;
mod items;
#[cfg(target_os = "linux")]
pub mod kernel;
pub mod keyring;
pub mod memory;
mod name;
mod note;
mod record;
pub mod thread;

use usher_proto::{CredentialId, Secret};

pub use error::StoreError;
pub use name::{Choice, StoreName};
pub use note::{Matter, Note, Reach, Revoked, Revoking, Rotating};
pub use record::Record;

/// What a store holds, in no order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every record.
    pub records: Vec<Record>,
    /// Every note.
    pub notes: Vec<Note>,
}

/// Keeps records; [`memory`] leaves that to the agent. Calls block, and are made from one thread of their
/// own, one at a time.
///
/// Each call is atomic for its record or note: whatever happens, it is afterwards the old or the new one.
pub trait Store: Send {
    /// Shows that the store answers, without reading what it holds.
    fn check(&mut self) -> Result<(), StoreError>;
    /// Reads all that it holds. What cannot be read is left out and named in the log; it stays where it
    /// is.
    fn load(&mut self) -> Result<Contents, StoreError>;
    /// Reads a record back, and tells whether it is there as it was written.
    fn holds(&mut self, record: &Record) -> Result<bool, StoreError>;
    /// Writes a record, in place of the one with the same id if there is one.
    fn put(&mut self, record: &Record) -> Result<(), StoreError>;
    /// Writes a note, in place of the one with the same id if there is one.
    fn put_note(&mut self, note: &Note) -> Result<(), StoreError>;
    /// Removes a record or a note; one that is not there is no error.
    fn remove(&mut self, id: &CredentialId) -> Result<(), StoreError>;
    /// Opens a store that is closed: with a passphrase, or by letting the system ask the person.
    fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<(), StoreError>;
    /// Forgets the key, if the store has one, and hands it out so that a locked agent can seal it.
    /// Until `reopen` or `unlock` every call fails with [`StoreError::NeedsPassphrase`].
    fn close(&mut self) -> Option<Secret>;
    /// Takes back what `close` handed out. Anything else is not taken: the store stays closed.
    fn reopen(&mut self, key: Secret);
}
