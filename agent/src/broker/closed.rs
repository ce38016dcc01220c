//! Profiles that have locked themselves, while the agent is open for the others.

use std::collections::BTreeMap;

use usher_proto::{CredentialId, ProfileName, Secret};

use super::closing::Closed;
use super::{Broker, BrokerError, Inner};
use crate::store::StoreError;

/// Whose credentials a request is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Whose<'r> {
    /// A profile's.
    Profile(&'r ProfileName),
    /// These, of whatever profile they are.
    Named(Vec<&'r CredentialId>),
    /// Everybody's, and none is to be left out.
    Everybody,
    /// Nobody's, or whatever there is.
    Nobody,
}

/// The profiles that have locked themselves.
#[derive(Default)]
pub(super) struct ClosedProfiles(BTreeMap<ProfileName, Closed>);

impl ClosedProfiles {
    pub(super) fn insert(&mut self, profile: ProfileName, closed: Closed) {
        self.0.insert(profile, closed);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, profile: &ProfileName) -> bool {
        self.0.contains_key(profile)
    }

    pub(super) fn first(&self) -> Option<&Closed> {
        self.0.values().next()
    }

    /// Tells whether only a passphrase opens one of them.
    pub(super) fn want_passphrase(&self) -> bool {
        self.0.values().any(|closed| closed.wants_passphrase)
    }
}

impl Inner {
    /// Refuses a profile's secrets if a person is to open it, or the agent, first.
    pub(super) fn refuse_if_locked(&self, profile: &ProfileName) -> Result<(), BrokerError> {
        self.phase.refuse_if_locked()?;
        match self.closed.0.get(profile) {
            Some(closed) => Err(BrokerError::Locked(Some(closed.clone()))),
            None => Ok(()),
        }
    }
}

impl Broker {
    /// Opens the profiles that have locked themselves: with what opens the store, where that is a passphrase.
    pub(super) async fn open_profiles(&self, passphrase: Option<Secret>) -> Result<(), BrokerError> {
        if passphrase.is_none() && self.inner().closed.want_passphrase() {
            return Err(StoreError::NeedsPassphrase { new: false }.into());
        }
        self.store.call_with_prompt(move |store| store.unlock(passphrase.as_ref())).await?;
        let _reading = self.reading.lock().await;
        let held = self.store.load().await?;
        let mut inner = self.inner();
        let Inner { cache, notes, closed, .. } = &mut *inner;
        for record in held.records {
            if closed.has(&record.credential.profile) && !notes.has_revoked(&record) {
                cache.load(record);
            }
        }
        *closed = ClosedProfiles::default();
        self.changes.look();
        Ok(())
    }

    /// Refuses what is about a profile that has locked itself. Of a credential that is not held nobody knows
    /// whether such a profile has it.
    pub fn refuse_if_closed(&self, whose: &Whose<'_>) -> Result<(), BrokerError> {
        let inner = self.inner();
        if inner.closed.0.is_empty() {
            return Ok(());
        }
        let is_held = |id: &&CredentialId| inner.cache.credential(id).is_some();
        match whose {
            Whose::Profile(profile) => return inner.refuse_if_locked(profile),
            Whose::Named(ids) if ids.iter().all(is_held) => return Ok(()),
            Whose::Nobody => return Ok(()),
            Whose::Named(_) | Whose::Everybody => inner.phase.refuse_if_locked()?,
        }
        inner.closed.first().map_or(Ok(()), |closed| Err(BrokerError::Locked(Some(closed.clone()))))
    }

    /// Tells which profiles a request needs, as far as that is known.
    pub(super) fn profiles_of(&self, whose: &Whose<'_>) -> Vec<ProfileName> {
        match whose {
            Whose::Profile(profile) => vec![(*profile).clone()],
            Whose::Named(ids) => {
                let inner = self.inner();
                let named = ids.iter().filter_map(|id| inner.cache.credential(id));
                named.map(|credential| credential.profile.clone()).collect()
            }
            Whose::Everybody | Whose::Nobody => Vec::new(),
        }
    }
}
