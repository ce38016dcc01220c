//! What the agent answers.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::credential::Credential;
use crate::name::{HeaderName, TeamDomain, Timestamp};
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
}

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

/// Where secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreStatus {
    /// `keyring`, `kernel`, `file` or `memory`.
    pub name: String,
    /// Why this one: in the config file, asked for, remembered, or found to work first.
    pub chosen: String,
    /// How long it keeps a secret, in words.
    pub keeps: String,
    /// What is wrong with it, if anything is.
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

/// Why a request was not carried out: for a program, for a person, and what to do next.
///
/// Words here hold no secret and no text from a peer or server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For a program.
    pub code: Code,
    /// What happened and why.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Refusal {
    /// Puts a refusal together.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.hint)
    }
}

/// The reasons that a program can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The request was not understood.
    BadRequest,
    /// The message was larger than the limit.
    TooLarge,
    /// The message did not arrive in time.
    TooSlow,
    /// The two sides speak different versions.
    WrongVersion,
    /// No such credential.
    NotFound,
    /// There is one, but it has expired or soon will: log in.
    LoginRequired,
    /// The agent is locked.
    Locked,
    /// Wrong passphrase.
    WrongPassphrase,
    /// The peer or the policy forbids it.
    Denied,
    /// What was given is not what its kind looks like.
    Malformed,
    /// What was given is of a form that Cloudflare no longer takes.
    Legacy,
    /// What was given has expired.
    Expired,
    /// The store is locked and would have to ask a person.
    StoreLocked,
    /// The store did not answer in time.
    StoreTimeout,
    /// The store has no room.
    StoreFull,
    /// The store is not there or failed.
    StoreFailed,
    /// Cloudflare or the network.
    Network,
    /// The agent ends or is out of resources.
    Unavailable,
    /// No Access application is at the URL.
    NoAccess,
    /// Cloudflare knows the person or the service token, and a policy keeps it out.
    AccessDenied,
    /// The application asks for what no command line can give.
    NotSupported,
    /// The edge does not take the service token.
    ServiceTokenRefused,
    /// This machine's clock is wrong.
    WrongClock,
    /// What was answered in Cloudflare's place does not hold: a signature, a host, an audience, a form.
    Untrusted,
    /// The login did not come to its end in time.
    LoginTimeout,
    /// The credential that Cloudflare was asked with may not do that.
    NoPermission,
    /// What was given was revoked before.
    Revoked,
    /// It may have been done: the answer was lost, and nothing else can tell.
    Uncertain,
}
