//! Why something was not done.

use std::fmt;

use serde::{Deserialize, Serialize};

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
