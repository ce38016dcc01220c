//! Tunnels and their connectors, as Cloudflare tells them.

use serde::{Deserialize, Serialize};

use crate::name::{CredentialId, Timestamp, TunnelName};

/// A tunnel of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tunnel {
    /// Its UUID.
    pub id: String,
    /// Its name, which no other tunnel of the account has.
    pub name: String,
    /// The account's id (tag).
    pub account: String,
    /// Whether it is connected.
    pub status: TunnelStatus,
    /// When it was made, where Cloudflare says so.
    pub created: Option<Timestamp>,
    /// The credentials that the agent holds for it.
    pub held: Option<CredentialId>,
}

/// Whether a tunnel is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TunnelStatus {
    /// No connector was ever there.
    Inactive,
    /// A connector is there, and some of its connections are not.
    Degraded,
    /// Connectors are there, with all of their connections.
    Healthy,
    /// Connectors were there and are not any more.
    Down,
    /// Cloudflare said something else.
    Unknown,
}

impl TunnelStatus {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            TunnelStatus::Inactive => "inactive",
            TunnelStatus::Degraded => "degraded",
            TunnelStatus::Healthy => "healthy",
            TunnelStatus::Down => "down",
            TunnelStatus::Unknown => "unknown",
        }
    }
}

/// A running cloudflared that serves a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Its UUID.
    pub id: String,
    /// Its release.
    pub version: String,
    /// Its processor and system, such as `linux_amd64`.
    pub arch: String,
    /// When it began, where Cloudflare says so.
    pub since: Option<Timestamp>,
    /// The data centres of its connections, such as `ams07`; one for each.
    pub places: Vec<String>,
}

/// The forms of tunnel credentials, which say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TunnelForm {
    /// The tunnel token: base64, for `cloudflared tunnel run --token-file`.
    Token,
    /// The credentials file: JSON, for `cloudflared tunnel run --credentials-file`.
    Credentials,
}

/// Names a tunnel, and whose certificate manages it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichTunnel {
    /// Its name or UUID.
    pub tunnel: TunnelName,
    /// Whose.
    #[serde(default)]
    pub profile: crate::ProfileName,
    /// The account certificate; the only one of the profile when null.
    #[serde(default)]
    pub cert: Option<CredentialId>,
}
