//! What the agent answers.

mod event;
mod refusal;
mod status;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::event::Event;
pub use self::refusal::{Code, Refusal};
pub use self::status::{Sandbox, State, Status, StoreStatus};
use crate::credential::Credential;
use crate::name::{HeaderName, Timestamp};
use crate::revocation::Revoked;
use crate::secret::{Secret, wire};
use crate::tunnel::{Connector, Tunnel};

/// One answer. In JSON it is an object with one member, named after the variant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Who the agent is.
    Hello(Hello),
    /// An app token.
    Token {
        /// The JWT.
        #[serde(with = "wire")]
        token: Arc<Secret>,
        /// What it is.
        credential: Arc<Credential>,
    },
    /// What the agent holds.
    List {
        /// Sorted by profile, kind and label.
        credentials: Vec<Arc<Credential>>,
        /// There are more: ask again with the last id.
        more: bool,
    },
    /// One credential.
    Show {
        /// What it is.
        credential: Arc<Credential>,
    },
    /// What became of an imported secret.
    Imported(Imported),
    /// What was wiped.
    Forgotten {
        /// How many credentials.
        count: u64,
    },
    /// How the agent is.
    Status(Status),
    /// The agent is locked.
    Locked {},
    /// The agent is open.
    Unlocked {},
    /// The agent ends.
    Stopping {},
    /// Why it was not done.
    Error(Refusal),
    /// Something that happens before the answer, which is still to come.
    Event(Event),
    /// The headers that open an application.
    Headers {
        /// In the order in which to send them.
        headers: Vec<Header>,
        /// What is in them.
        credential: Arc<Credential>,
    },
    /// An app token is new.
    Refreshed {
        /// What it is.
        credential: Arc<Credential>,
    },
    /// The edge takes the app token.
    Verified {
        /// What it is.
        credential: Arc<Credential>,
        /// The one before was refused, and this one took its place.
        replaced: bool,
    },
    /// The tunnels of an account.
    Tunnels {
        /// Sorted by name.
        tunnels: Vec<Tunnel>,
    },
    /// A tunnel.
    Tunnel {
        /// What it is.
        tunnel: Tunnel,
        /// Who serves it.
        connectors: Vec<Connector>,
    },
    /// A secret that is to be lent to a program.
    Secret {
        /// The secret itself.
        #[serde(with = "wire")]
        secret: Arc<Secret>,
        /// What it is.
        credential: Arc<Credential>,
    },
    /// A credential has another secret.
    Rotated {
        /// What it is.
        credential: Arc<Credential>,
        /// So many groups of replicas have it.
        deployed: u32,
        /// Nothing is left to be done.
        finished: bool,
        /// Secrets of before are taken until then, where Cloudflare was asked for that.
        overlap: Option<Timestamp>,
    },
    /// What became of what was to be revoked, or what is planned.
    Revoked {
        /// In the order in which it is done.
        revoked: Vec<Revoked>,
    },
    /// What Cloudflare is still to be told.
    Pending {
        /// Revocations; the agent goes on with them by itself.
        revoked: Vec<Revoked>,
        /// Tunnels whose rotation was begun and is not finished: asked for again, it goes on.
        rotations: Vec<Arc<Credential>>,
    },
    /// Whether a secret was revoked here.
    WasRevoked {
        /// When; null if it was not.
        at: Option<Timestamp>,
    },
    /// What the system keeps the agent's own process from.
    Sandbox(Sandbox),
}

/// A header of an HTTP request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    #[serde(with = "wire")]
    pub value: Arc<Secret>,
}

/// The agent's version, features and limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The agent's release.
    pub version: String,
    /// The version of the binary protocol.
    pub protocol: u8,
    /// What it can do, by name.
    pub features: Vec<String>,
    /// Largest message in bytes, either way.
    pub max_message: u32,
    /// Most connections at once.
    pub max_connections: u32,
    /// Seconds within which a message that was begun must be complete.
    pub message_deadline: u32,
}

/// What became of an imported secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// What it is.
    pub credential: Arc<Credential>,
    /// What changed.
    pub outcome: Outcome,
    /// It was read back from a store that outlives a reboot, and was the same: the original is not
    /// needed any more.
    pub safe: bool,
    /// Why it is not in the store, if it is not; it can be used until the agent ends.
    pub trouble: Option<Refusal>,
}

/// What an import changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was not there before.
    New,
    /// It took the place of an older one.
    Replaced,
    /// The same was there.
    Unchanged,
    /// A fresher one was there and stays.
    Older,
}
