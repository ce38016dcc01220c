//! The clients behind the calls: how they are set up, and where names come from.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};

use super::Network;
use crate::cloudflare::error::Trouble;

/// For the name, the connection and TLS together.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a connection waits for the next call. Long enough for the calls of one flow; what is
/// kept longer only breaks when the machine slept.
const IDLE: Duration = Duration::from_secs(10);

/// Who calls; with the user agent of another program the edge might answer in another way.
const USER_AGENT: &str = concat!("usher/", env!("CARGO_PKG_VERSION"));

/// Makes a client, for hosts `here` at an address of this machine or for all others. Reads files.
pub(super) fn build(network: &Network, here: bool) -> Result<Client, Trouble> {
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .https_only(true)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE);
    if let Some(file) = &network.ca_file {
        let pem = fs::read(file).map_err(|_| Trouble::Settings)?;
        let authorities = Certificate::from_pem_bundle(&pem).map_err(|_| Trouble::Settings)?;
        if authorities.is_empty() {
            return Err(Trouble::Settings);
        }
        builder = builder.tls_certs_only(authorities);
    }
    if here {
        builder = builder.no_proxy().dns_resolver(Here(Arc::new(network.clone())));
    }
    builder.build().map_err(|_| Trouble::Settings)
}

/// Gives the addresses that the config file names, and no other. Its port counts where the URL has
/// none of its own.
struct Here(Arc<Network>);

impl Resolve for Here {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.address(name.as_str());
        let addresses = move |address: SocketAddr| -> Addrs { Box::new([address].into_iter()) };
        Box::pin(async move { found.map(addresses).ok_or_else(|| "it is not in the config file".into()) })
    }
}
