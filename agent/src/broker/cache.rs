//! What lives: every credential by id, and app tokens by what they cover.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use usher_proto::answer::Outcome;
use usher_proto::{AppUrl, Credential, CredentialId, ProfileName, Secret};

use super::apps::Apps;
use crate::seal::Key;
use crate::store::Record;

/// The credentials that the agent holds.
#[derive(Default)]
pub(super) struct Cache {
    held: HashMap<CredentialId, Held>,
    apps: BTreeMap<ProfileName, Apps>,
}

struct Held {
    credential: Arc<Credential>,
    secret: Kept,
    /// The store has it.
    saved: bool,
}

enum Kept {
    Open(Arc<Secret>),
    Sealed(Vec<u8>),
}

impl Cache {
    /// Finds the app token of the most specific application that covers the URL.
    pub(super) fn app_token(&self, profile: &ProfileName, app: &AppUrl) -> Option<Record> {
        let id = self.apps.get(profile)?.find(app)?;
        self.record(id)
    }

    pub(super) fn list(&self, profile: Option<&ProfileName>) -> Vec<Arc<Credential>> {
        let wanted =
            |credential: &&Arc<Credential>| profile.is_none_or(|profile| credential.profile == *profile);
        let sorted: BTreeMap<_, _> = self
            .held
            .values()
            .map(|held| &held.credential)
            .filter(wanted)
            .map(|credential| {
                ((&credential.profile, credential.kind, &credential.label, &credential.id), credential)
            })
            .collect();
        sorted.into_values().cloned().collect()
    }

    pub(super) fn credential(&self, id: &CredentialId) -> Option<Arc<Credential>> {
        self.held.get(id).map(|held| Arc::clone(&held.credential))
    }

    /// Takes in what the store holds; what came since and is not stored yet stays.
    pub(super) fn load(&mut self, record: Record) {
        if self.held.get(&record.credential.id).is_none_or(|held| held.saved) {
            self.insert(record, true);
        }
    }

    /// Takes in a record unless the same or a fresher one is there; tells which one is held now.
    pub(super) fn take_in(&mut self, given: Record) -> (Record, Outcome) {
        let outcome = match self.record(&given.credential.id) {
            None => Outcome::New,
            Some(held) if held.secret == given.secret => return (held, Outcome::Unchanged),
            Some(held) if held.credential.expires > given.credential.expires => {
                return (held, Outcome::Older);
            }
            Some(_) => Outcome::Replaced,
        };
        self.insert(given.clone(), false);
        (given, outcome)
    }

    /// Notes that the store has this record, unless another one has taken its place meanwhile.
    pub(super) fn saved(&mut self, record: &Record) {
        if let Some(held) = self.held.get_mut(&record.credential.id)
            && matches!(&held.secret, Kept::Open(secret) if Arc::ptr_eq(secret, &record.secret))
        {
            held.saved = true;
        }
    }

    pub(super) fn unsaved(&self) -> Vec<Record> {
        self.held.iter().filter(|(_, held)| !held.saved).filter_map(|(id, _)| self.record(id)).collect()
    }

    pub(super) fn unsaved_count(&self) -> usize {
        self.held.values().filter(|held| !held.saved).count()
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn remove(&mut self, id: &CredentialId) {
        if let Some(held) = self.held.remove(id)
            && let Some(apps) = self.apps.get_mut(&held.credential.profile)
        {
            apps.remove(&held.credential);
        }
    }

    /// Seals every secret; what was open is wiped.
    pub(super) fn seal(&mut self, key: &Key) {
        for (id, held) in &mut self.held {
            if let Kept::Open(secret) = &held.secret {
                held.secret = Kept::Sealed(key.seal(id.as_str().as_bytes(), secret.expose()));
            }
        }
    }

    /// Opens every secret again.
    pub(super) fn open(&mut self, key: &Key) {
        for (id, held) in &mut self.held {
            let Kept::Sealed(sealed) = &held.secret else { continue };
            let opened = key
                .open(id.as_str().as_bytes(), sealed)
                .ok()
                .and_then(|mut open| Secret::new(std::mem::take(&mut *open)).ok());
            match opened {
                Some(secret) => held.secret = Kept::Open(Arc::new(secret)),
                None => log::error!("{id} did not open; it is left sealed"),
            }
        }
    }

    fn insert(&mut self, record: Record, saved: bool) {
        let Record { credential, secret } = record;
        self.remove(&credential.id);
        self.apps.entry(credential.profile.clone()).or_default().insert(&credential);
        self.held.insert(credential.id.clone(), Held { credential, secret: Kept::Open(secret), saved });
    }

    fn record(&self, id: &CredentialId) -> Option<Record> {
        let held = self.held.get(id)?;
        match &held.secret {
            Kept::Open(secret) => {
                Some(Record { credential: Arc::clone(&held.credential), secret: Arc::clone(secret) })
            }
            Kept::Sealed(_) => None,
        }
    }
}
