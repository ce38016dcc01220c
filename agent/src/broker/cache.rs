//! What lives: every credential by id, and app tokens by what they cover.

mod find;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use usher_proto::answer::Outcome;
use usher_proto::{Credential, CredentialId, ProfileName, Secret};

use super::apps::Apps;
use super::order::Order;
use super::uses::Uses;
use crate::seal::Vault;
use crate::store::Record;

/// The credentials that the agent holds. Every secret is sealed, and opened when it is asked for.
#[derive(Default)]
pub(super) struct Cache {
    held: HashMap<CredentialId, Held>,
    apps: BTreeMap<ProfileName, Apps>,
    order: Order,
    /// What the store does not have: as a rule nothing, and so not looked for among all that is held.
    unsaved: HashSet<CredentialId>,
    vault: Vault,
}

struct Held {
    credential: Arc<Credential>,
    sealed: Vec<u8>,
    /// App tokens: what is known of their use.
    uses: Uses,
}

impl Cache {
    /// Shows the use of a token.
    pub(super) fn uses(&mut self, id: &CredentialId) -> Option<&mut Uses> {
        self.held.get_mut(id).map(|held| &mut held.uses)
    }

    /// Goes through all that is held.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Arc<Credential>, &Uses)> {
        self.held.values().map(|held| (&held.credential, &held.uses))
    }

    /// Goes through what is held and in use.
    pub(super) fn in_use(&self) -> impl Iterator<Item = (&Arc<Credential>, &Uses)> {
        self.all().filter(|(_, uses)| uses.in_use)
    }

    /// Takes in what was issued just now, whatever was there; tells what changed.
    pub(super) fn renew(&mut self, record: Record) -> Outcome {
        let id = record.credential.id.clone();
        let outcome = match self.record(&id) {
            None => Outcome::New,
            Some(held) if held.secret == record.secret => Outcome::Unchanged,
            Some(_) => Outcome::Replaced,
        };
        let url = self.held.get(&id).and_then(|held| held.uses.url.clone());
        self.insert_unsaved(record);
        if let Some(uses) = self.uses(&id) {
            uses.url = url;
        }
        outcome
    }

    pub(super) fn list(&self, profile: Option<&ProfileName>) -> Vec<Arc<Credential>> {
        self.list_after(profile, None).cloned().collect()
    }

    /// Goes through what `list` has, from the one after `after` on.
    pub(super) fn list_after<'c>(
        &'c self,
        profile: Option<&'c ProfileName>,
        after: Option<&Arc<Credential>>,
    ) -> impl Iterator<Item = &'c Arc<Credential>> {
        self.order.of(profile, after)
    }

    /// Lists the profiles that have anything.
    pub(super) fn profiles(&self) -> Vec<ProfileName> {
        self.apps.keys().cloned().collect()
    }

    /// Shows what seals the secrets here, and may seal others.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(super) fn credential(&self, id: &CredentialId) -> Option<Arc<Credential>> {
        self.held.get(id).map(|held| Arc::clone(&held.credential))
    }

    /// Takes in what the store holds; what is here already stays as it is.
    pub(super) fn load(&mut self, record: Record) {
        if !self.held.contains_key(&record.credential.id) {
            self.insert(record);
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
        self.insert_unsaved(given.clone());
        (given, outcome)
    }

    /// Notes that the store has this record, unless another one has taken its place meanwhile.
    pub(super) fn saved(&mut self, record: &Record) {
        let id = &record.credential.id;
        if self.record(id).is_some_and(|held| held.secret == record.secret) {
            self.unsaved.remove(id);
        }
    }

    pub(super) fn unsaved(&self) -> Vec<Record> {
        self.unsaved.iter().filter_map(|id| self.record(id)).collect()
    }

    /// Counts them, one profile's or all.
    pub(super) fn unsaved_count(&self, profile: Option<&ProfileName>) -> usize {
        let is_wanted = |id: &&CredentialId| {
            let held = self.held.get(*id);
            held.is_some_and(|held| profile.is_none_or(|profile| held.credential.profile == *profile))
        };
        self.unsaved.iter().filter(is_wanted).count()
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn remove(&mut self, id: &CredentialId) {
        self.unsaved.remove(id);
        let Some(Held { credential, .. }) = self.held.remove(id) else { return };
        self.order.remove(&credential);
        if let Some(apps) = self.apps.get_mut(&credential.profile) {
            apps.remove(&credential);
        }
    }

    /// Hands out the key without which no secret opens, and the rest stays as it is.
    pub(super) fn close(&mut self) -> Option<Secret> {
        self.vault.close()
    }

    /// Takes the key back, and tells whether there was memory for it.
    pub(super) fn reopen(&mut self, key: &Secret) -> bool {
        self.vault.reopen(key)
    }

    fn insert_unsaved(&mut self, record: Record) {
        let id = record.credential.id.clone();
        if self.insert(record) {
            self.unsaved.insert(id);
        }
    }

    /// Takes a record in, in place of what was there; tells whether it could.
    fn insert(&mut self, record: Record) -> bool {
        let Record { credential, secret } = record;
        let Some(sealed) = self.vault.seal(credential.id.as_str().as_bytes(), secret.expose()) else {
            log::error!("{} is not taken in: the agent is locked", credential.id);
            return false;
        };
        self.remove(&credential.id);
        self.apps.entry(credential.profile.clone()).or_default().insert(&credential);
        self.order.insert(&credential);
        let held = Held { credential, sealed, uses: Uses::default() };
        self.held.insert(held.credential.id.clone(), held);
        true
    }

    /// Finds a credential with its secret, which is opened for that; none while the agent is locked.
    pub(super) fn record(&self, id: &CredentialId) -> Option<Record> {
        self.held.get(id)?.open(&self.vault)
    }
}

impl Held {
    fn open(&self, vault: &Vault) -> Option<Record> {
        let opened = vault.open(self.credential.id.as_str().as_bytes(), &self.sealed).ok()?;
        let secret = Secret::try_from(opened).ok()?;
        Some(Record { credential: Arc::clone(&self.credential), secret: Arc::new(secret) })
    }
}
