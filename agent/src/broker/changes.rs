//! Tells whoever watches what happens to credentials, and to the agent.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;
use usher_proto::answer::Outcome;
use usher_proto::change::{Change, Happening};
use usher_proto::{Credential, CredentialId};

use super::Broker;

/// So many changes wait for a watcher; one that is further behind misses the oldest. What waits is
/// shared by all who watch.
const WAITING: usize = 256;

/// Changes on their way to those who watch. Costs next to nothing while nobody does.
pub(super) struct Changes {
    sender: broadcast::Sender<Told>,
    /// What was dropped because Cloudflare refuses it, while something new is fetched in its place.
    replacing: Mutex<HashSet<CredentialId>>,
}

/// What a watcher learns.
#[derive(Clone)]
pub(super) enum Told {
    /// Something happened.
    Happened(Change),
    /// What can be renewed is not what it was: what ends soon is to be looked at again.
    Look,
}

impl Default for Changes {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(WAITING), replacing: Mutex::default() }
    }
}

impl Changes {
    /// Begins to listen.
    pub(super) fn listen(&self) -> broadcast::Receiver<Told> {
        self.sender.subscribe()
    }

    /// Tells that what ends soon is to be looked at again.
    pub(super) fn look(&self) {
        self.send(Told::Look);
    }

    fn send(&self, told: Told) {
        let _ = self.sender.send(told); // nobody watches
    }

    fn replacing(&self) -> std::sync::MutexGuard<'_, HashSet<CredentialId>> {
        self.replacing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Broker {
    /// Tells what happened to a credential. A locked agent tells nothing about credentials.
    pub(super) fn tell(&self, what: Happening, credential: &Arc<Credential>) {
        if self.changes.sender.receiver_count() > 0 && !self.inner().phase.is_locked() {
            let credential = Some(Arc::clone(credential));
            self.changes.send(Told::Happened(Change { what, credential, at: self.clock.now() }));
        }
    }

    /// Tells that a credential came, or that it has another secret.
    pub(super) fn tell_come(&self, credential: &Arc<Credential>, outcome: Outcome) {
        let is_replacement = self.changes.replacing().remove(&credential.id);
        match outcome {
            Outcome::New if !is_replacement => self.tell(Happening::Issued, credential),
            Outcome::New | Outcome::Replaced => self.tell(Happening::Refreshed, credential),
            Outcome::Unchanged | Outcome::Older => {}
        }
    }

    /// Tells that a credential was ended at Cloudflare, or is about to be.
    pub(super) fn tell_revoked(&self, credential: &Arc<Credential>) {
        if !self.changes.replacing().contains(&credential.id) {
            self.tell(Happening::Revoked, credential);
        }
    }

    /// Tells what happened to the agent.
    pub(super) fn tell_of_agent(&self, what: Happening) {
        self.changes.send(Told::Happened(Change { what, credential: None, at: self.clock.now() }));
    }

    /// Expects something new in the place of a credential that is dropped: the two are one change. If
    /// nothing has come when the value goes away, the credential is told to be revoked.
    pub(super) fn replacing(&self, credential: &Arc<Credential>) -> Replacing<'_> {
        self.changes.replacing().insert(credential.id.clone());
        Replacing { broker: self, credential: Arc::clone(credential) }
    }
}

/// A credential that is being replaced.
pub(super) struct Replacing<'b> {
    broker: &'b Broker,
    credential: Arc<Credential>,
}

impl Drop for Replacing<'_> {
    fn drop(&mut self) {
        let is_missing = self.broker.changes.replacing().remove(&self.credential.id);
        if is_missing {
            self.broker.tell(Happening::Revoked, &self.credential);
        }
    }
}
