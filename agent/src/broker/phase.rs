//! What the broker can be asked for: all that the store holds, or nothing until a person opens the agent.

use usher_proto::answer::State;

use super::closing::Closed;
use super::lock::Lock;
use super::{Broker, BrokerError};
use crate::store::StoreError;

/// What the cache can be asked for.
pub(super) enum Phase {
    /// The store was not read yet; the cache holds at most what came since the agent began.
    Unread,
    /// The cache holds all that the store does.
    Open,
    /// Every secret is sealed.
    Locked(Lock),
    /// The agent has locked itself: the cache is empty.
    Closed(Closed),
}

impl Phase {
    /// Refuses everything if a person is to open the agent first.
    pub(super) fn refuse_if_locked(&self) -> Result<(), BrokerError> {
        match self {
            Phase::Unread | Phase::Open => Ok(()),
            Phase::Locked(_) => Err(BrokerError::Locked(None)),
            Phase::Closed(closed) => Err(BrokerError::Locked(Some(closed.clone()))),
        }
    }

    /// Tells whether a person is to open the agent first.
    pub(super) fn is_locked(&self) -> bool {
        self.refuse_if_locked().is_err()
    }
}

impl Broker {
    /// Tells whether lookups are answered, and why not where there is more to say: what is wrong with the
    /// store, or what the agent has locked itself for. An open one may have locked a profile.
    pub async fn state(&self) -> (State, Option<BrokerError>) {
        let Err(trouble) = self.read().await else {
            let closed = self.inner().closed.first().cloned();
            return (State::Open, closed.map(|closed| BrokerError::Locked(Some(closed))));
        };
        let state = match trouble {
            BrokerError::Locked(None) => return (State::Locked, None),
            BrokerError::Locked(Some(Closed { wants_passphrase: false, .. })) => State::Closed,
            BrokerError::Locked(Some(Closed { wants_passphrase: true, .. }))
            | BrokerError::Store(StoreError::NeedsPassphrase { new: false }) => State::NeedsPassphrase,
            BrokerError::Store(StoreError::NeedsPassphrase { new: true }) => State::NeedsNewPassphrase,
            _ => State::Unavailable,
        };
        (state, Some(trouble))
    }
}
