//! What comes in, and where it comes from.

use serde::{Deserialize, Serialize};

use crate::app::AppPattern;
use crate::credential::Kind;
use crate::name::{HeaderName, ProfileName, TeamDomain};
use crate::secret::{Secret, wire};

/// A secret to take in, and where it comes from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The profile it goes to.
    #[serde(default)]
    pub profile: ProfileName,
    /// Says what it is.
    pub from: Origin,
    /// The secret itself: the whole content of the file, or what was given.
    #[serde(with = "wire")]
    pub secret: Secret,
}

/// Says what an imported secret is: a file's name does, or a person.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Origin {
    /// A file of a cloudflared folder, which names its content.
    File {
        /// The file's name without its folder.
        name: String,
        /// The content of the `.url` file beside an app token, which tells its host and path; it
        /// holds a login URL and so is a secret.
        #[serde(default, with = "wire::option")]
        login_url: Option<Secret>,
    },
    /// A pipe or a prompt.
    Given {
        /// What it is.
        kind: Kind,
        /// The application; needed for an app token.
        #[serde(default)]
        app: Option<AppPattern>,
        /// Words for a person; needed for an API token.
        #[serde(default)]
        label: Option<String>,
    },
    /// A service token, from a pipe or a prompt.
    ServiceToken {
        /// The application that it is for.
        #[serde(default)]
        app: Option<AppPattern>,
        /// The team whose every application it is for.
        #[serde(default)]
        team: Option<TeamDomain>,
        /// The one header that the application reads both halves from, where its administrator chose
        /// one; else they travel in two.
        #[serde(default)]
        header: Option<HeaderName>,
        /// Words for a person.
        #[serde(default)]
        label: Option<String>,
    },
}
