//! What lives: every credential by id, and app tokens by what they cover.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use usher_proto::answer::Outcome;
use usher_proto::{AppPattern, AppUrl, Credential, CredentialId, Kind, ProfileName, Secret, TeamDomain};

use super::apps::Apps;
use super::uses::Uses;
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
    /// App tokens: what is known of their use.
    uses: Uses,
}

enum Kept {
    Open(Arc<Secret>),
    Sealed(Vec<u8>),
}

impl Cache {
    /// Finds the app token of the most specific application that covers the URL, and its use.
    pub(super) fn app_token(&mut self, profile: &ProfileName, app: &AppUrl) -> Option<(Record, &mut Uses)> {
        let id = self.apps.get(profile)?.find(app)?;
        let held = self.held.get_mut(id)?;
        held.record().map(|record| (record, &mut held.uses))
    }

    /// Finds the service token that is for a URL: for its application, else for its team.
    pub(super) fn service_token(
        &self,
        profile: &ProfileName,
        app: &AppUrl,
        team: Option<&TeamDomain>,
    ) -> Option<Record> {
        self.record(self.apps.get(profile)?.service(app, team)?)
    }

    /// Tells whether a service token is for a whole team, so that the team of a URL matters.
    pub(super) fn has_team_service(&self, profile: &ProfileName) -> bool {
        self.apps.get(profile).is_some_and(Apps::has_team_service)
    }

    /// Finds a team's org token.
    pub(super) fn org_token(&self, profile: &ProfileName, team: &TeamDomain) -> Option<Record> {
        let wanted = |credential: &Credential| {
            credential.kind == Kind::OrgToken
                && credential.profile == *profile
                && credential.team.as_ref() == Some(team)
        };
        self.held.values().find(|held| wanted(&held.credential)).and_then(Held::record)
    }

    /// Finds the app tokens that would answer a URL in place of this one, or as well as it.
    pub(super) fn superseded(&self, by: &Credential, url: &AppUrl) -> Vec<Record> {
        let specificity = by.app.as_ref().map(AppPattern::specificity);
        let is_superseded = |held: &&Held| {
            let Credential { id, profile, kind, app, .. } = held.credential.as_ref();
            let app = app.as_ref().filter(|app| app.covers(url));
            *kind == Kind::AppToken
                && *profile == by.profile
                && *id != by.id
                && app.is_some_and(|app| Some(app.specificity()) >= specificity)
        };
        self.held.values().filter(is_superseded).filter_map(Held::record).collect()
    }

    /// Shows the use of a token.
    pub(super) fn uses(&mut self, id: &CredentialId) -> Option<&mut Uses> {
        self.held.get_mut(id).map(|held| &mut held.uses)
    }

    /// Goes through what is held and in use.
    pub(super) fn in_use(&self) -> impl Iterator<Item = (&Arc<Credential>, &Uses)> {
        self.held.values().filter(|held| held.uses.in_use).map(|held| (&held.credential, &held.uses))
    }

    /// Takes in what was issued just now, whatever was there.
    pub(super) fn renew(&mut self, record: Record) {
        let id = record.credential.id.clone();
        let url = self.held.get(&id).and_then(|held| held.uses.url.clone());
        self.insert(record, false);
        if let Some(uses) = self.uses(&id) {
            uses.url = url;
        }
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
        let held = Held { credential, secret: Kept::Open(secret), saved, uses: Uses::default() };
        self.held.insert(held.credential.id.clone(), held);
    }

    /// Finds a credential with its secret, unless that is sealed.
    pub(super) fn record(&self, id: &CredentialId) -> Option<Record> {
        self.held.get(id)?.record()
    }
}

impl Held {
    fn record(&self) -> Option<Record> {
        match &self.secret {
            Kept::Open(secret) => {
                Some(Record { credential: Arc::clone(&self.credential), secret: Arc::clone(secret) })
            }
            Kept::Sealed(_) => None,
        }
    }
}
