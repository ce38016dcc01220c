//! Why the broker did not do what it was asked.

use crate::cloudflare::NotACredential;
use crate::store::StoreError;

/// Why the broker did not do what it was asked; [`crate::handler`] turns it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerError {
    /// The agent is locked.
    Locked,
    /// The passphrase is not the one that it was locked with.
    WrongPassphrase,
    /// No app token covers the URL.
    NoSuchApp,
    /// No credential has the id.
    NoSuchId,
    /// The token has ended, so many seconds ago.
    Expired {
        /// The application.
        label: String,
        /// Seconds.
        ago: i64,
    },
    /// The token has less life left than was asked for.
    ExpiresSoon {
        /// The application.
        label: String,
        /// Seconds left.
        left: i64,
        /// Seconds asked for.
        wanted: u32,
    },
    /// What was given is not taken.
    NotACredential(NotACredential),
    /// The store failed.
    Store(StoreError),
}

impl From<NotACredential> for BrokerError {
    fn from(error: NotACredential) -> Self {
        BrokerError::NotACredential(error)
    }
}

impl From<StoreError> for BrokerError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::WrongPassphrase => BrokerError::WrongPassphrase,
            other => BrokerError::Store(other),
        }
    }
}
