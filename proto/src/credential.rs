//! What the agent holds, without the secret: kinds and public metadata.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::app::AppPattern;
use crate::name::{Audience, BadName, CredentialId, ProfileName, TeamDomain, Timestamp};

/// The kinds of credential that the agent holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A JWT for one Access application.
    AppToken,
    /// A JWT for a team's global session, from which app tokens are exchanged.
    OrgToken,
    /// The `cert.pem` that manages every tunnel of an account.
    AccountCert,
    /// An Access service token: client id and client secret.
    ServiceToken,
    /// Tunnel credentials; the tunnel token is another form of the same.
    Tunnel,
    /// A Cloudflare API token.
    ApiToken,
}

impl Kind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [Kind; 6] =
        [Kind::AppToken, Kind::OrgToken, Kind::AccountCert, Kind::ServiceToken, Kind::Tunnel, Kind::ApiToken];

    /// The word for it on the command line and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::AppToken => "app-token",
            Kind::OrgToken => "org-token",
            Kind::AccountCert => "account-cert",
            Kind::ServiceToken => "service-token",
            Kind::Tunnel => "tunnel",
            Kind::ApiToken => "api-token",
        }
    }

    /// The words for it in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Kind::AppToken => "Access app token",
            Kind::OrgToken => "Access org token",
            Kind::AccountCert => "account certificate",
            Kind::ServiceToken => "service token",
            Kind::Tunnel => "tunnel credentials",
            Kind::ApiToken => "API token",
        }
    }
}

impl FromStr for Kind {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(BadName {
            what: "a kind of credential",
            form: "app-token, org-token, account-cert, service-token, tunnel or api-token",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where a credential came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A file of a cloudflared folder; the text is the file's name.
    File(String),
    /// A pipe or a prompt.
    Given,
    /// A login in a browser.
    Login,
    /// An exchange at Cloudflare, of an org token or a service token.
    Exchange,
}

/// Everything about a credential that is not secret. A field that does not apply is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Stays the same when the secret is renewed.
    pub id: CredentialId,
    /// The set it belongs to.
    pub profile: ProfileName,
    /// What it is.
    pub kind: Kind,
    /// Words for a person, such as `app.example.com`.
    pub label: String,
    /// App tokens, and service tokens bound to an application: what it covers.
    pub app: Option<AppPattern>,
    /// App tokens: the AUD tag.
    pub audience: Option<Audience>,
    /// App and org tokens: the team's host.
    pub team: Option<TeamDomain>,
    /// Account certificates and tunnels: the account's id (tag).
    pub account: Option<String>,
    /// Account certificates: the zone's id.
    pub zone: Option<String>,
    /// Tunnels: the tunnel's UUID.
    pub tunnel: Option<String>,
    /// Service tokens: the client id.
    pub client_id: Option<String>,
    /// The person, where the credential names one.
    pub email: Option<String>,
    /// When it was issued, where it says so.
    pub issued: Option<Timestamp>,
    /// When it ends, where it says so.
    pub expires: Option<Timestamp>,
    /// Where it came from.
    pub source: Source,
}

impl Credential {
    /// Tells whether it has ended.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}
