//! An agent that locks itself, or a profile: it forgets what the store keeps, until a person opens it again.
//!
//! It has no passphrase of its own to seal anything under, so nothing stays that could be opened: what
//! opens it is what opens the store.

use usher_proto::change::Happening;
use usher_proto::{ProfileName, Timestamp};

use super::cache::Cache;
use super::closed::ClosedProfiles;
use super::notes::Notes;
use super::{Broker, Phase};
use crate::audit::About;
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
    pub async fn close(&self, whose: Option<&ProfileName>, occasion: Occasion) -> bool {
        let _turn = self.turning.lock().await;
        // Whoever reads the store opens the agent at the end of it.
        let _reading = self.reading.lock().await;
        if !matches!(self.inner().phase, Phase::Open) {
            return true; // nothing is there to be forgotten
        }
        self.save_unsaved().await;
        let closed =
            Closed { whose: whose.cloned(), at: self.clock.now(), occasion, wants_passphrase: false };
        let forgotten = match whose {
            None => self.close_all(closed).await,
            Some(profile) => self.close_profile(profile, closed).await,
        };
        if let Err(unsaved) = forgotten {
            log::error!("the agent does not lock itself: the store did not take {unsaved} credentials");
        }
        forgotten.is_ok()
    }

    /// Forgets everything, unless there is what the store does not have: tells how many credentials.
    async fn close_all(&self, closed: Closed) -> Result<(), usize> {
        {
            let mut inner = self.inner();
            match inner.cache.unsaved_count(None) {
                0 => {}
                unsaved => return Err(unsaved),
            }
            (inner.cache, inner.notes) = (Cache::default(), Notes::default());
            inner.closed = ClosedProfiles::default();
            inner.phase = Phase::Closed(closed.clone());
        }
        log::info!("the agent locks itself: {:?}", closed.occasion);
        // A store that hangs does this when it comes back, before whatever is asked of it then.
        let gave_key_up = self.store.call(|store| Ok(store.close().is_some())).await;
        let wants_passphrase = gave_key_up.unwrap_or(false);
        self.inner().phase = Phase::Closed(Closed { wants_passphrase, ..closed });
        self.audit.note_own("lock", About::Nothing);
        self.tell_of_agent(Happening::Locked);
        Ok(())
    }

    /// Notes that the agent was opened.
    pub(super) fn note_opened(&self) {
        self.idle.begin_anew(self.clock.now());
    }
}
