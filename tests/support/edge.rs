//! A simulated Cloudflare edge: real HTTPS on loopback, real RS256 and real NaCl boxes, for the hosts of
//! a small world that [`hosts`] names.
//!
//! A request goes from `listener` to `route`, which writes it down, lets go wrong what a test wants,
//! and asks the host's file: `app_host`, `team_host`, `transfer_host`, `dashboard` or `api_host`, which
//! in turn asks the file of `api` that knows the thing in question. All that is known stands in `state`:
//! what is taken back over the API is refused at the applications too. A test starts an [`Edge`], points
//! an agent at it, and changes it as `control` and `api::control` allow.
//!
//! The API also answers at `https://localhost:PORT/client/v4`, for programs that are told its address.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tempfile::TempDir;
use tokio::sync::oneshot;
use usher_agent::clock::{Clock, SystemClock};
use usher_agent::cloudflare::http::Network;

use self::authority::Authority;
use self::https::Https;
use self::state::World;

mod answer;
pub(crate) mod api;
mod api_host;
mod app;
mod app_host;
mod authority;
mod authorized;
mod case;
mod cli;
mod content;
mod control;
mod dashboard;
mod fault;
mod faults;
mod forgery;
pub mod hosts;
pub mod https;
pub(crate) mod keys;
mod known;
mod listener;
mod log;
mod person;
mod place;
mod request;
mod route;
pub(crate) mod sealed;
mod service;
mod session;
mod sighting;
mod state;
mod team;
mod team_host;
mod text;
mod token;
mod transfer_host;

pub use self::api::call::ApiCall;
pub use self::api::control::Connected;
pub use self::api::permission::Permission;
pub use self::api::tunnel::Unauthorized;
pub use self::app::{AppSettings, Policy};
pub use self::cli::{ADA, NotLoggedIn};
pub use self::fault::{Fault, FaultGuard};
pub use self::forgery::{Forgery, HOSTILE_TEAMS};
pub use self::known::ServiceToken;
pub use self::log::{Carried, Entry, Log, Sighting};
pub use self::place::{Place, Where};

/// The file in the edge's folder that holds its authority's certificate.
const CA_FILE: &str = "ca.pem";
/// The file in the edge's folder that holds its address.
const ADDRESS_FILE: &str = "address";

/// Runs until it is dropped.
pub struct Edge {
    world: Arc<World>,
    address: SocketAddr,
    folder: PathBuf,
    /// Dropped to end the listener.
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
    _own_folder: Option<TempDir>,
}

impl Edge {
    /// Starts an edge that goes by the machine's clock.
    pub fn start() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// Starts an edge that goes by a clock of the test's.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut edge = Self::in_folder(clock, folder.path()).expect("a listener on this machine");
        edge._own_folder = Some(folder);
        edge
    }

    /// Starts an edge that leaves its certificate and address in a folder for others to find.
    ///
    /// # Errors
    /// The folder cannot be written to, or no port is free.
    pub fn in_folder(clock: Arc<dyn Clock>, folder: &Path) -> io::Result<Self> {
        let authority = Authority::new();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        fs::write(folder.join(CA_FILE), &authority.pem)?;
        fs::write(folder.join(ADDRESS_FILE), address.to_string())?;
        let world = Arc::new(World::new(clock));
        let (stop, stopped) = oneshot::channel();
        let running = listener::start(listener, authority.acceptor, Arc::clone(&world), stopped);
        let folder = folder.to_owned();
        Ok(Self { world, address, folder, stop: Some(stop), running: Some(running), _own_folder: None })
    }

    /// Tells where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells the folder in which it leaves its certificate and address.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells the file with the certificate of its authority.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join(CA_FILE)
    }

    /// Tells an agent in this process how to reach it.
    pub fn network(&self) -> Network {
        let hosts = hosts::patterns().map(|pattern| (pattern, self.address)).collect();
        Network { ca_file: Some(self.ca_file()), hosts }
    }

    /// Tells an agent of its own process how to reach it: lines for the config file, of which the last
    /// are a table, so they go to its end.
    pub fn config(&self) -> String {
        let mut lines = format!("ca-file = '{}'\n\n[hosts]\n", self.ca_file().display());
        for pattern in hosts::patterns() {
            lines.push_str(&format!("\"{pattern}\" = \"{}\"\n", self.address));
        }
        lines
    }

    /// Makes a client that reaches it.
    pub fn https(&self) -> Https {
        Https::new(&self.ca_file(), self.address).expect("the certificate is its own")
    }
}

/// Makes a client that reaches the edge which left its certificate and address in a folder.
///
/// # Errors
/// No edge did.
pub fn https_from(folder: &Path) -> io::Result<Https> {
    let address = fs::read_to_string(folder.join(ADDRESS_FILE))?;
    let address = address.trim().parse().map_err(io::Error::other)?;
    Https::new(&folder.join(CA_FILE), address)
}

impl Drop for Edge {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            let ended = running.join();
            if !std::thread::panicking() {
                ended.expect("the edge ends in order");
            }
        }
    }
}
