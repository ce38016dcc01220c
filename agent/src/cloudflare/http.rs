//! HTTPS to Cloudflare: no redirect followed, no cookie kept, nothing larger than its limit read.

use std::net::SocketAddr;
use std::path::PathBuf;

use usher_proto::AppPattern;

/// How the agent reaches the network, as its config file says.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// PEM certificates of the authorities to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Hosts that are reached at an address of this machine, in place of what DNS says.
    pub hosts: Vec<(AppPattern, SocketAddr)>,
}
