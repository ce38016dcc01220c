//! An agent that locks itself, or a profile: it forgets what the store keeps, until a person opens it again.
//!
//! It has no passphrase of its own to seal anything under, so nothing stays that could be opened: what
//! opens it is what opens the store.

use usher_proto::change::Happening;
use usher_proto::{ProfileName, Timestamp};

use super::cache::Cache;
use super::closed::ClosedProfiles;
use super::notes::Notes;
use super::{Broker, Inner, Phase};
use crate::audit::{About, Named};
use crate::moment::Moment;

/// What the agent locks itself or a profile for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Nobody has needed that for too long.
    Idle {
        /// Seconds.
        after: i64,
    },
    /// Its person may have left.
    Left(Moment),
}

/// An agent that has locked itself, or a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The profile; none if it was all.
    pub whose: Option<ProfileName>,
    /// When it did.
    pub at: Timestamp,
    /// What for.
    pub occasion: Occasion,
    /// The store's passphrase is needed to open it.
    pub wants_passphrase: bool,
}

impl Broker {
    /// Locks the agent, or one profile alone: it forgets what the store keeps of that. What the store did
    /// not take is not forgotten, and then it stays open. Tells whether it is locked.
    ///
    /// What for is asked when nobody else locks or unlocks: if that was opened meanwhile there may be no
    /// occasion any more.
    pub async fn close(&self, whose: Option<&ProfileName>, occasion: impl Fn() -> Option<Occasion>) -> bool {
        let _turn = self.turning.lock().await;
        // Whoever reads the store opens the agent at the end of it.
        let _reading = self.reading.lock().await;
        if !self.inner().is_open(whose) {
            return true; // nothing is there to be forgotten
        }
        let Some(occasion) = occasion() else { return false };
        self.save_unsaved().await;
        let closed =
            Closed { whose: whose.cloned(), at: self.clock.now(), occasion, wants_passphrase: false };
        let forgotten = self.inner().forget_stored(closed.clone());
        if let Err(unsaved) = forgotten {
            log::error!("the agent does not lock itself: the store did not take {unsaved} credentials");
            return false;
        }
        let wants_passphrase = self.take_key(whose.is_some()).await;
        self.inner().note_closed(Closed { wants_passphrase, ..closed });
        match whose {
            None => {
                log::info!("the agent has locked itself: {occasion:?}");
                self.audit.note_own("lock", About::Nothing);
                self.tell_of_agent(Happening::Locked);
            }
            Some(profile) => {
                log::info!("the agent has locked the profile {profile}: {occasion:?}");
                let about = Named { profile: Some(profile.clone()), ..Named::default() };
                self.audit.note_own("lock", About::Named(Box::new(about)));
            }
        }
        // Lines that wait to be written have names, and the machine may be about to sleep.
        self.audit.write().await;
        true
    }

    /// Takes the key away from the store, unless other profiles need it; tells whether there is one. A store
    /// that hangs does this when it comes back, before whatever is asked of it then.
    async fn take_key(&self, others_need_it: bool) -> bool {
        let has_key = self.store.call(move |store| {
            let key = store.close();
            let has_key = key.is_some();
            if let Some(key) = key.filter(|_| others_need_it) {
                store.reopen(key);
            }
            Ok(has_key)
        });
        // From a store that does not answer a profile is not opened without a passphrase; of a closed one the
        // store itself wants it.
        has_key.await.unwrap_or(others_need_it)
    }

    /// Notes that the agent was opened.
    pub(super) fn note_opened(&self) {
        self.idle.begin_anew(self.clock.now());
    }
}

impl Inner {
    /// Tells whether there is anything to be forgotten.
    pub(super) fn is_open(&self, whose: Option<&ProfileName>) -> bool {
        matches!(self.phase, Phase::Open) && !whose.is_some_and(|profile| self.closed.has(profile))
    }

    /// Forgets what the store has, unless there is what it does not have: tells how many credentials.
    fn forget_stored(&mut self, closed: Closed) -> Result<(), usize> {
        match self.cache.unsaved_count(closed.whose.as_ref()) {
            0 => {}
            unsaved => return Err(unsaved),
        }
        if let Some(profile) = &closed.whose {
            for credential in self.cache.list(Some(profile)) {
                self.cache.remove(&credential.id);
            }
        } else {
            (self.cache, self.notes) = (Cache::default(), Notes::default());
            self.closed = ClosedProfiles::default();
        }
        self.note_closed(closed);
        Ok(())
    }

    fn note_closed(&mut self, closed: Closed) {
        match &closed.whose {
            None => self.phase = Phase::Closed(closed),
            Some(profile) => self.closed.insert(profile.clone(), closed),
        }
    }
}
