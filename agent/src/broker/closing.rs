//! An agent that locks itself: it forgets what the store keeps, until a person opens it again.
//!
//! It has no passphrase of its own to seal anything under, so nothing stays that could be opened: what
//! opens it is what opens the store.

use usher_proto::Timestamp;
use usher_proto::change::Happening;

use super::cache::Cache;
use super::notes::Notes;
use super::{Broker, Phase};
use crate::audit::About;
use crate::moment::Moment;

/// What the agent locks itself for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Nobody has needed it for too long.
    Idle {
        /// Seconds.
        after: i64,
    },
    /// Its person may have left.
    Left(Moment),
}

/// An agent that has locked itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When it did.
    pub at: Timestamp,
    /// What for.
    pub occasion: Occasion,
    /// The store gave its key up too.
    pub wants_passphrase: bool,
}

impl Broker {
    /// Locks the agent: it forgets what the store keeps. What the store did not take is not forgotten, and
    /// then the agent stays open. Tells whether it is locked.
    pub async fn close(&self, occasion: Occasion) -> bool {
        let _turn = self.turning.lock().await;
        // Whoever reads the store opens the agent at the end of it.
        let _reading = self.reading.lock().await;
        if !matches!(self.inner().phase, Phase::Open) {
            return true; // nothing is there to be forgotten
        }
        self.save_unsaved().await;
        let closed = Closed { at: self.clock.now(), occasion, wants_passphrase: false };
        if let Err(unsaved) = self.forget_stored(closed) {
            log::error!("the agent does not lock itself: the store did not take {unsaved} credentials");
            return false;
        }
        // A store that hangs does this when it comes back, before whatever is asked of it then.
        let gave_key_up = self.store.call(|store| Ok(store.close().is_some())).await;
        let wants_passphrase = gave_key_up.unwrap_or(false);
        self.inner().phase = Phase::Closed(Closed { wants_passphrase, ..closed });
        log::info!("the agent has locked itself: {occasion:?}");
        self.audit.note_own("lock", About::Nothing);
        self.tell_of_agent(Happening::Locked);
        true
    }

    /// Forgets everything, unless there is what the store does not have: tells how many credentials.
    fn forget_stored(&self, closed: Closed) -> Result<(), usize> {
        let mut inner = self.inner();
        match inner.cache.unsaved_count() {
            0 => {
                (inner.cache, inner.notes) = (Cache::default(), Notes::default());
                inner.phase = Phase::Closed(closed);
                Ok(())
            }
            unsaved => Err(unsaved),
        }
    }

    /// Notes that the agent was opened.
    pub(super) fn note_opened(&self) {
        self.idle.begin_anew(self.clock.now());
        self.opened.notify_one();
    }
}
