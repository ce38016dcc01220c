//! How the agent and its store are.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::name::Timestamp;

/// How the agent is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The agent's release.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// When it began.
    pub started: Timestamp,
    /// Where it listens.
    pub socket: String,
    /// The store.
    pub store: StoreStatus,
    /// Whether it answers lookups.
    pub state: State,
    /// How many credentials it holds; 0 while it is not open.
    pub credentials: u64,
    /// How many of them could not be stored and would be lost with the agent.
    pub unsaved: u64,
    /// How many connections are open.
    pub connections: u64,
}

/// What the system keeps the agent's own process from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// What holds, by name: `no-new-privileges`, `landlock` (`landlock-in-part` on older kernels), `seccomp`.
    /// Nothing where the system has no such thing.
    pub holds: Vec<String>,
    /// What this system should have and lacks, in words.
    pub lacks: Vec<String>,
}

/// Where secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreStatus {
    /// `keyring`, `kernel`, `file` or `memory`.
    pub name: String,
    /// Why this one: in the config file, asked for, remembered, or found to work first.
    pub chosen: String,
    /// How long it keeps a secret, in words.
    pub keeps: String,
    /// What is wrong with it, if anything is; or when and why the agent has locked itself.
    pub trouble: Option<Refusal>,
}

/// Whether the agent answers lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It does.
    Open,
    /// `lock` was asked; its passphrase opens it.
    Locked,
    /// The store wants its passphrase.
    NeedsPassphrase,
    /// The store cannot be read; its trouble says why.
    Unavailable,
    /// The store is new, and gets the passphrase that is given next.
    NeedsNewPassphrase,
    /// It locked itself; what opens the store opens it.
    Closed,
}
