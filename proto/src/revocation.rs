//! Ending credentials everywhere: what is to be ended, and what became of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::AppUrl;
use crate::credential::Credential;
use crate::name::{Email, ProfileName, Timestamp};
use crate::request::Target;

/// What is to be revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Revocation {
    /// These; a URL names the app token that answers it.
    Each(Vec<Target>),
    /// All that is held, one profile's or everybody's.
    All(Option<ProfileName>),
    /// Every token of a person, and the person's sessions at Cloudflare.
    Person(Email),
    /// Every token of the application at a URL, those of other persons at Cloudflare included where an
    /// API token may do that.
    App(AppUrl),
    /// What is still to be told to Cloudflare from before.
    Pending,
}

/// What became of one credential, or what is planned for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// What it was.
    pub credential: Arc<Credential>,
    /// How far it is.
    pub state: RevocationState,
    /// How it is ended, or was, in words.
    pub how: String,
    /// Why it is not revoked, and what to do about it; null where there is nothing to say.
    pub why: Option<String>,
    /// It is valid until then, if nothing more is done; null where it does not end by itself, and
    /// where it is revoked.
    pub until: Option<Timestamp>,
}

/// How far a revocation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationState {
    /// Nothing was done yet: it was asked what would be.
    Planned,
    /// Cloudflare does not take it any more; that was seen.
    Done,
    /// It is wiped here. Cloudflare is told as soon as it can be.
    Pending,
    /// It is wiped here, and still taken by Cloudflare: a person has to do the rest.
    StillValid,
}

impl RevocationState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            RevocationState::Planned => "planned",
            RevocationState::Done => "done",
            RevocationState::Pending => "pending",
            RevocationState::StillValid => "still-valid",
        }
    }
}
