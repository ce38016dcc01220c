//! Why the broker did not do what it was asked.

use usher_proto::{Kind, Timestamp};

use super::closing::Closed;
use crate::cloudflare::api::ApiError;
use crate::cloudflare::{EdgeError, NotACredential};
use crate::store::StoreError;

/// Why the broker did not do what it was asked; [`crate::handler`] turns it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerError {
    /// The agent is locked: under a passphrase of its own, unless it has locked itself.
    Locked(Option<Closed>),
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
    /// Nothing but a login gives a token for the application.
    LoginRequired {
        /// The application.
        label: String,
    },
    /// The team's session is good, and the application asks for more than it has.
    WantsMore {
        /// The application.
        label: String,
    },
    /// Nobody logged in while the agent waited.
    LoginTimeout,
    /// The same for a login that would bring an account certificate.
    AccountLoginTimeout,
    /// The agent was told never to go out, or what it holds cannot be renewed.
    Offline,
    /// What was named is no app token.
    NotAnAppToken,
    /// There is no account certificate.
    NoCert,
    /// There are several account certificates, and none was named.
    SeveralCerts,
    /// What was named is no account certificate.
    NotACert,
    /// There is no such tunnel.
    NoSuchTunnel,
    /// Tunnels of several accounts go by the name.
    SeveralTunnels,
    /// The application covers many hosts, and it is not known which one is meant.
    NeedsUrl,
    /// What was given was revoked here.
    WasRevoked {
        /// When.
        at: Timestamp,
    },
    /// Too many tries at the passphrase by one peer wait already.
    TooManyTries,
    /// No credential is of this person.
    NoSuchPerson,
    /// Several profiles have an app token for the URL.
    SeveralProfiles,
    /// Cloudflare's side did not give it.
    Edge(EdgeError),
    /// Only an API token does that, and there is none.
    NoApiToken,
    /// What was named is no service token.
    NotAServiceToken,
    /// No rotation of it is under way.
    NotRotating,
    /// A rotation was begun, and goes on when it is asked for again.
    HalfRotated(Box<BrokerError>),
    /// The answer with the new secret was lost, again and again.
    SecretLost,
    /// Cloudflare's API did not do it.
    Api {
        /// What it was asked with.
        with: Kind,
        /// Why.
        error: ApiError,
    },
    /// What was given is not taken.
    NotACredential(NotACredential),
    /// The store failed.
    Store(StoreError),
}

impl BrokerError {
    /// Tells whether another try later may help, or a look at what was done.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            BrokerError::Api { error, .. } => error.is_passing() || *error == ApiError::AnswerLost,
            BrokerError::Edge(error) => error.is_passing(),
            _ => false,
        }
    }

    /// Tells whether the API did not take what it was asked with, so that something else may do.
    pub(super) fn is_of_authority(&self) -> bool {
        matches!(self, BrokerError::Api { error: ApiError::Unauthorized { .. } | ApiError::BadToken, .. })
    }
}

impl From<NotACredential> for BrokerError {
    fn from(error: NotACredential) -> Self {
        BrokerError::NotACredential(error)
    }
}

impl From<EdgeError> for BrokerError {
    fn from(error: EdgeError) -> Self {
        BrokerError::Edge(error)
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
