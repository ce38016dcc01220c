//! What must not be forgotten: held in memory, sealed as credentials are, and written to the store
//! before anything is done about it.

use std::collections::HashMap;
use std::sync::Arc;

use usher_proto::request::Import;
use usher_proto::{Credential, CredentialId, Kind, Secret, Timestamp};

use super::{Broker, BrokerError};
use crate::cloudflare::{self, NotACredential, fingerprint};
use crate::seal::Vault;
use crate::store::{Matter, Note, Record, Revoking, Rotating, StoreError};

/// Most revoked credentials remembered; of more, those are forgotten that were revoked first.
const MOST_REVOKED: usize = 1_000;

/// Every note, by its id.
#[derive(Default)]
pub(super) struct Notes(HashMap<CredentialId, Held>);

struct Held {
    matter: Matter,
    sealed: Option<Vec<u8>>,
}

impl Notes {
    /// Takes a note in, in place of the one with the same id.
    pub(super) fn insert(&mut self, note: &Note, vault: &Vault) {
        let seal = |secret: &Arc<Secret>| vault.seal(note.id.as_str().as_bytes(), secret.expose());
        let sealed = note.secret.as_ref().and_then(seal);
        self.0.insert(note.id.clone(), Held { matter: note.matter.clone(), sealed });
    }

    pub(super) fn remove(&mut self, id: &CredentialId) {
        self.0.remove(id);
    }

    /// Shows a note with its secret, which is opened for that.
    pub(super) fn open(&self, id: &CredentialId, vault: &Vault) -> Option<Note> {
        let Held { matter, sealed } = self.0.get(id)?;
        let open = |sealed: &Vec<u8>| {
            let opened = vault.open(id.as_str().as_bytes(), sealed).ok()?;
            Secret::try_from(opened).ok().map(Arc::new)
        };
        let secret = sealed.as_ref().and_then(open);
        Some(Note { id: id.clone(), matter: matter.clone(), secret })
    }

    /// Goes through the revocations that are under way.
    pub(super) fn revoking(&self) -> impl Iterator<Item = (&CredentialId, &Revoking)> {
        self.0.iter().filter_map(|(id, held)| match &held.matter {
            Matter::Revoking(revoking) => Some((id, revoking)),
            _ => None,
        })
    }

    /// Goes through the credentials that are being rotated.
    pub(super) fn rotating(&self) -> impl Iterator<Item = &Arc<Credential>> {
        self.0.values().filter_map(|held| match &held.matter {
            Matter::Rotating(Rotating { credential, .. }) | Matter::Rolling { credential, .. } => {
                Some(credential)
            }
            Matter::Revoking(_) | Matter::Revoked { .. } => None,
        })
    }

    /// Finds a revocation that is under way.
    pub(super) fn find_revoking(&self, id: &CredentialId) -> Option<&Revoking> {
        self.revoking().find(|(theirs, _)| *theirs == id).map(|(_, revoking)| revoking)
    }

    /// Tells whether a credential was revoked, also one whose wiping was cut short.
    pub(super) fn has_revoked(&self, record: &Record) -> bool {
        !self.0.is_empty() && self.revoked_at(&revoked_id(record.credential.kind, &record.secret)).is_some()
    }

    /// Tells when a credential was revoked, if it was or is about to be.
    fn revoked_at(&self, id: &CredentialId) -> Option<Timestamp> {
        match &self.0.get(id)?.matter {
            Matter::Revoking(revoking) => Some(revoking.since),
            Matter::Revoked { at, .. } => Some(*at),
            Matter::Rotating(_) | Matter::Rolling { .. } => None,
        }
    }

    /// Lists the memories of revoked credentials that are not needed any more: they would have ended
    /// by themselves, or they are too many.
    fn needless(&self, now: Timestamp) -> Vec<CredentialId> {
        let revoked = |(id, held): (&CredentialId, &Held)| match &held.matter {
            Matter::Revoked { at, expires, .. } => Some((*at, *expires, id.clone())),
            _ => None,
        };
        let (mut needless, mut kept): (Vec<_>, Vec<_>) = self
            .0
            .iter()
            .filter_map(revoked)
            .partition(|(_, expires, _)| expires.is_some_and(|end| end <= now));
        kept.sort();
        kept.truncate(kept.len().saturating_sub(MOST_REVOKED));
        needless.append(&mut kept);
        needless.into_iter().map(|(_, _, id)| id).collect()
    }
}

/// Names the note of a credential that is revoked, by what its secret is and not by how it is written.
pub(super) fn revoked_id(kind: Kind, secret: &Secret) -> CredentialId {
    format!("revoked-{}", fingerprint::of(kind, secret)).parse().expect("a prefix and twelve digits")
}

/// Names the note of a credential that is rotated.
pub(super) fn rotating_id(of: &CredentialId) -> CredentialId {
    let digits = of.as_str().rsplit('-').next().unwrap_or_default();
    format!("rotating-{digits}").parse().expect("a prefix and twelve digits")
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
        let gone = id.clone();
        if let Err(error) = self.store.call(move |store| store.remove(&gone)).await {
            log::error!("{id} could not be removed from the store: {error}");
        }
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

    /// Drops what is remembered without need.
    pub(super) async fn forget_needless_notes(&self) {
        let needless = self.inner().notes.needless(self.clock.now());
        for id in needless {
            self.unnote(&id).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn noted(number: usize, expires: Option<i64>) -> Note {
        let at = Timestamp(NOW.0 - number as i64);
        let matter =
            Matter::Revoked { kind: Kind::AppToken, at, expires: expires.map(|end| Timestamp(NOW.0 + end)) };
        Note { id: format!("revoked-{number:012x}").parse().expect("an id"), matter, secret: None }
    }

    #[test]
    fn what_has_ended_by_itself_and_what_is_too_old_is_forgotten() {
        let (mut notes, vault) = (Notes::default(), Vault::new());
        notes.insert(&noted(1, Some(0)), &vault);
        notes.insert(&noted(2, Some(1)), &vault);
        assert_eq!(notes.needless(NOW), [noted(1, None).id]);
        for number in 1..=MOST_REVOKED + 2 {
            notes.insert(&noted(number, None), &vault);
        }
        let mut needless = notes.needless(NOW);
        needless.sort();
        assert_eq!(needless, [MOST_REVOKED + 1, MOST_REVOKED + 2].map(|number| noted(number, None).id));
    }
}
