//! What happens to credentials, for those who watch.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::credential::Credential;
use crate::name::Timestamp;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub what: Happening,
    /// To which credential; null where it is to the agent.
    pub credential: Option<Arc<Credential>>,
    /// When.
    pub at: Timestamp,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// A credential came that was not there before.
    Issued,
    /// Another secret took the place of the one before.
    Refreshed,
    /// A credential ends soon, and the agent has nothing to put in its place.
    Expiring,
    /// A credential was ended at Cloudflare, or is about to be.
    Revoked,
    /// A credential was wiped here, and may still be valid at Cloudflare.
    Forgotten,
    /// The agent was locked.
    Locked,
    /// The agent was opened.
    Unlocked,
    /// Changes were missed, because they came faster than they were taken.
    Missed,
}

impl Happening {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Happening::Issued => "issued",
            Happening::Refreshed => "refreshed",
            Happening::Expiring => "expiring",
            Happening::Revoked => "revoked",
            Happening::Forgotten => "forgotten",
            Happening::Locked => "locked",
            Happening::Unlocked => "unlocked",
            Happening::Missed => "missed",
        }
    }
}
