//! What must not be forgotten: held in memory, sealed as credentials are, and written to the store
//! before anything is done about it.

use std::collections::HashMap;
use std::sync::Arc;

use usher_proto::request::Import;
use usher_proto::{Credential, CredentialId, Kind, Secret, Timestamp};

use super::revoked::{Memory, digits};
use super::{Broker, BrokerError};
use crate::cloudflare::{self, NotACredential, fingerprint};
use crate::seal::Vault;
use crate::store::{Matter, Note, Record, Revoked, Revoking, Rotating, StoreError};

/// Every note.
#[derive(Default)]
pub(super) struct Notes {
    /// Those about what is under way, by their ids.
    under_way: HashMap<CredentialId, Held>,
    /// What is over.
    revoked: Memory,
}

struct Held {
    matter: Matter,
    sealed: Option<Vec<u8>>,
}

impl Notes {
    /// Takes a note in, in place of the one with the same id.
    pub(super) fn insert(&mut self, note: &Note, vault: &Vault) {
        if let Matter::Revoked(revoked) = &note.matter {
            return self.revoked.take_over(revoked);
        }
        let seal = |secret: &Arc<Secret>| vault.seal(note.id.as_str().as_bytes(), secret.expose());
        let sealed = note.secret.as_ref().and_then(seal);
        self.under_way.insert(note.id.clone(), Held { matter: note.matter.clone(), sealed });
    }

    pub(super) fn remove(&mut self, id: &CredentialId) {
        self.under_way.remove(id);
    }

    /// Shows a note with its secret, which is opened for that.
    pub(super) fn open(&self, id: &CredentialId, vault: &Vault) -> Option<Note> {
        let Held { matter, sealed } = self.under_way.get(id)?;
        let open = |sealed: &Vec<u8>| {
            let opened = vault.open(id.as_str().as_bytes(), sealed).ok()?;
            Secret::try_from(opened).ok().map(Arc::new)
        };
        let secret = sealed.as_ref().and_then(open);
        Some(Note { id: id.clone(), matter: matter.clone(), secret })
    }

    /// Goes through the revocations that are under way.
    pub(super) fn revoking(&self) -> impl Iterator<Item = (&CredentialId, &Revoking)> {
        self.under_way.iter().filter_map(|(id, held)| match &held.matter {
            Matter::Revoking(revoking) => Some((id, revoking)),
            _ => None,
        })
    }

    /// Goes through the credentials that are being rotated.
    pub(super) fn rotating(&self) -> impl Iterator<Item = &Arc<Credential>> {
        self.under_way.values().filter_map(|held| match &held.matter {
            Matter::Rotating(Rotating { credential, .. }) | Matter::Rolling { credential, .. } => {
                Some(credential)
            }
            Matter::Revoking(_) | Matter::Revoked(_) => None,
        })
    }

    /// Finds a revocation that is under way.
    pub(super) fn find_revoking(&self, id: &CredentialId) -> Option<&Revoking> {
        match &self.under_way.get(id)?.matter {
            Matter::Revoking(revoking) => Some(revoking),
            _ => None,
        }
    }

    /// Tells whether a credential was revoked, also one whose wiping was cut short.
    pub(super) fn has_revoked(&self, record: &Record) -> bool {
        let is_there = !self.under_way.is_empty() || !self.revoked.is_empty();
        is_there && self.revoked_at(&revoked_id(record.credential.kind, &record.secret)).is_some()
    }

    /// Tells when a credential was revoked, if it was or is about to be.
    fn revoked_at(&self, id: &CredentialId) -> Option<Timestamp> {
        self.find_revoking(id).map(|revoking| revoking.since).or_else(|| self.revoked.at(id))
    }
}

/// Names the note of a credential that is revoked, by what its secret is and not by how it is written.
pub(super) fn revoked_id(kind: Kind, secret: &Secret) -> CredentialId {
    format!("revoked-{}", fingerprint::of(kind, secret)).parse().expect("a prefix and twelve digits")
}

/// Names the note of a credential that is rotated.
pub(super) fn rotating_id(of: &CredentialId) -> CredentialId {
    format!("rotating-{}", digits(of)).parse().expect("a prefix and twelve digits")
}

impl Broker {
    /// Notes something, in memory and then in the store; in memory it is also if the store fails.
    pub(super) async fn note(&self, note: Note) -> Result<(), StoreError> {
        {
            let mut inner = self.inner();
            let super::Inner { cache, notes, .. } = &mut *inner;
            notes.insert(&note, cache.vault());
        }
        self.to_do.notify_one();
        self.store.call(move |store| store.put_note(&note)).await
    }

    /// The same where what happened cannot be undone for the store's sake.
    pub(super) async fn note_or_log(&self, note: Note) {
        let id = note.id.clone();
        if let Err(error) = self.note(note).await {
            log::error!("{id} could not be stored: {error}");
        }
    }

    /// Forgets a note that was seen to.
    pub(super) async fn unnote(&self, id: &CredentialId) {
        self.inner().notes.remove(id);
        self.remove_stored(id).await;
    }

    /// Shows a note with its secret; none while the agent is locked.
    pub(super) fn noted(&self, id: &CredentialId) -> Option<Note> {
        let inner = self.inner();
        inner.notes.open(id, inner.cache.vault())
    }

    /// Tells when what somebody hands over was revoked here, if it was; it is not taken in.
    pub async fn was_revoked(&self, import: Import) -> Result<Option<Timestamp>, BrokerError> {
        self.read().await?;
        match cloudflare::read(import, self.clock.now()) {
            Ok(given) => Ok(self.revoked_at(&given)),
            Err(NotACredential::Expired(_)) => Ok(None), // it is of no use to anybody
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses what was revoked here before.
    pub(super) fn refuse_revoked(&self, given: &Record) -> Result<(), BrokerError> {
        self.revoked_at(given).map_or(Ok(()), |at| Err(BrokerError::WasRevoked { at }))
    }

    fn revoked_at(&self, given: &Record) -> Option<Timestamp> {
        self.inner().notes.revoked_at(&revoked_id(given.credential.kind, &given.secret))
    }

    /// Keeps of a credential that was revoked no more than what tells it when it comes again. `id` names
    /// the note that it had.
    pub(super) async fn remember(&self, id: &CredentialId, at: Timestamp, expires: Option<Timestamp>) {
        let revoked = Revoked { digits: digits(id).to_owned(), at, expires };
        let note = {
            let mut inner = self.inner();
            inner.notes.remove(id);
            inner.notes.revoked.remember(revoked, self.clock.now())
        };
        let over = id.clone();
        let stored = self.store.call(move |store| {
            store.put_note(&note)?;
            store.remove(&over)
        });
        if let Err(error) = stored.await {
            log::error!("{id} could not be stored: {error}");
        }
    }
}
