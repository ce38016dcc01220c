//! An agent in this process: the real server, handler and broker on a socket of its own, with the
//! store and clock that a test gives.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use interprocess::local_socket::Stream;
use tempfile::TempDir;
use usher_agent::broker::LOGIN_PATIENCE;
use usher_agent::clock::Clock;
use usher_agent::cloudflare::http::Network;
use usher_agent::config::{LockItself, Locks};
use usher_agent::handler::Handler;
use usher_agent::platform::Listener;
use usher_agent::server::Connections;
use usher_agent::start::{World, assemble, serve};
use usher_agent::stop::Stop;
use usher_agent::store::choose::Opened;
use usher_agent::store::{Store, StoreName};
use usher_proto::answer::Sandbox;
use usher_proto::endpoint::Endpoint;
use usher_proto::request::Import;
use usher_proto::{Answer, Request};

use crate::clock::TestClock;
use crate::edge::Edge;
use crate::store::TestStore;
use crate::wire;

/// Runs until it is dropped.
pub struct TestAgent {
    /// Turns the agent's time.
    pub clock: Arc<TestClock>,
    socket: PathBuf,
    stop: Stop,
    running: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl TestAgent {
    /// Starts an agent that forgets everything at the end.
    pub fn start() -> Self {
        Self::with(Box::new(TestStore::default()), 64)
    }

    /// Starts an agent with a store, and room for so many connections. The store is said to outlive
    /// a reboot, so that a test can see what is called safe.
    pub fn with(store: Box<dyn Store>, connections: usize) -> Self {
        Self::in_world(store, connections, Arc::new(TestClock::new()), None, LOGIN_PATIENCE, Locks::default())
    }

    /// Starts an agent that locks itself after so many seconds in which nobody needs it.
    pub fn that_locks_itself(store: Box<dyn Store>, idle: u32) -> Self {
        let agent = LockItself { idle: Some(idle), on: Vec::new() };
        Self::that_locks(store, Locks { agent, ..Locks::default() })
    }

    /// Starts an agent that locks itself, or profiles, when nobody needs them.
    pub fn that_locks(store: Box<dyn Store>, locks: Locks) -> Self {
        Self::in_world(store, 64, Arc::new(TestClock::new()), None, LOGIN_PATIENCE, locks)
    }

    /// Starts an agent that goes out to a simulated edge, which goes by the same clock.
    pub fn facing(edge: &Edge, clock: Arc<TestClock>, login_patience: Duration) -> Self {
        Self::facing_with(Box::new(TestStore::default()), edge, clock, login_patience)
    }

    /// The same with a store of the test's.
    pub fn facing_with(
        store: Box<dyn Store>,
        edge: &Edge,
        clock: Arc<TestClock>,
        login_patience: Duration,
    ) -> Self {
        Self::in_world(store, 128, clock, Some(edge.network()), login_patience, Locks::default())
    }

    fn in_world(
        store: Box<dyn Store>,
        connections: usize,
        clock: Arc<TestClock>,
        network: Option<Network>,
        login_patience: Duration,
        locks: Locks,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = socket_in(folder.path());
        let endpoint = Endpoint::named(&socket).expect("a short path");
        let stop = Stop::new();
        // In a folder of its own, never where whoever runs the tests has one.
        let audit = Some(audit_log_in(folder.path()));
        let (listening, listens) = std::sync::mpsc::channel();
        let running = {
            let (clock, stop) = (Arc::clone(&clock) as Arc<dyn Clock>, stop.clone());
            // The whole test's process would be in it.
            let sandbox = Sandbox::default();
            let world = World { clock, network, login_patience, audit, locks, sandbox };
            std::thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let listener = Listener::bind(&endpoint).expect("a fresh socket");
                    let opened =
                        Opened { store, name: StoreName::File, chosen: "asked for".into(), notice: None };
                    let connections = Connections::new(connections);
                    let handler: Arc<Handler> = assemble(opened, &endpoint, world, connections, stop)
                        .expect("a thread for the store");
                    listening.send(()).expect("the test waits");
                    serve(listener, handler).await;
                });
            })
        };
        listens.recv().expect("the agent listens");
        Self { clock, socket, stop, running: Some(running), folder }
    }

    /// Tells where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Tells where its audit log is.
    pub fn audit_log(&self) -> PathBuf {
        audit_log_in(self.folder.path())
    }

    /// Opens a connection.
    pub fn connect(&self) -> Stream {
        wire::connect(&self.socket).expect("the agent listens")
    }

    /// Asks one thing on a connection of its own.
    pub fn ask(&self, request: &Request) -> Answer {
        wire::ask(&mut self.connect(), request)
    }

    /// Hands a secret over.
    pub fn import(&self, import: Import) -> Answer {
        self.ask(&Request::Import(import))
    }

    /// Asks for the token of an application, as JSON: `token` or `error`.
    pub fn token(&self, url: &str) -> serde_json::Value {
        self.json(&serde_json::json!({"token": {"app": url}}))
    }

    /// Asks one thing in JSON.
    pub fn json(&self, request: &serde_json::Value) -> serde_json::Value {
        wire::lines(&self.socket, &[&request.to_string()]).remove(0)
    }
}

impl Drop for TestAgent {
    fn drop(&mut self) {
        self.stop.ask();
        if let Some(running) = self.running.take() {
            let ended = running.join();
            if !std::thread::panicking() {
                ended.expect("the agent ends in order");
            }
        }
    }
}

fn audit_log_in(folder: &Path) -> PathBuf {
    folder.join("audit.log")
}

/// Names a socket in a folder, or on Windows a pipe after it.
pub fn socket_in(folder: &Path) -> PathBuf {
    if cfg!(windows) {
        let path = folder.display().to_string();
        let name: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
        PathBuf::from(format!(r"\\.\pipe\usher-test-{}-{name}", std::process::id()))
    } else {
        folder.join("agent.sock")
    }
}
