//! What happens before an answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::name::TeamDomain;
use crate::revocation::Revoked;
use crate::secret::{Secret, wire};

/// What happens while a login is under way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A person has to log in.
    LogIn {
        /// The page; a secret until the login is over.
        #[serde(with = "wire")]
        url: Arc<Secret>,
        /// The application, in words.
        label: String,
        /// The team whose login it is.
        team: TeamDomain,
        /// This client is the one to open a browser; others wait for the same login.
        open: bool,
        /// Seconds left.
        left: u32,
    },
    /// The login is still awaited.
    Waiting {
        /// Seconds left.
        left: u32,
    },
    /// A person has to log in to Cloudflare and choose a zone, whose account's certificate is wanted.
    LogInToAccount {
        /// The page; a secret until the login is over: who has it can take the certificate.
        #[serde(with = "wire")]
        url: Arc<Secret>,
        /// Seconds left.
        left: u32,
    },
    /// Something happened to a credential, or to the agent.
    Changed(Change),
    /// A revocation goes on.
    Revoking(Revoked),
}
