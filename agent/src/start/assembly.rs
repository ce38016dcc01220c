//! Puts the agent's parts together, and has them run side by side.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use usher_proto::answer::Sandbox;
use usher_proto::endpoint::Endpoint;
use usher_proto::{Code, Refusal};

use crate::audit::Audit;
use crate::broker::Broker;
use crate::clock::Clock;
use crate::cloudflare::Edge;
use crate::cloudflare::http::Network;
use crate::config::Locks;
use crate::handler::{About, Handler};
use crate::platform::Listener;
use crate::server::{self, Connections};
use crate::stop::Stop;
use crate::store::choose::Opened;
use crate::store::thread::StoreThread;

/// What the agent works with, which a test brings along.
pub struct World {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The way out; none if the agent never goes out.
    pub network: Option<Network>,
    /// How long a person has for a login.
    pub login_patience: Duration,
    /// The audit log; none if nothing is to be noted.
    pub audit: Option<PathBuf>,
    /// When the agent locks itself.
    pub locks: Locks,
    /// What the agent's process is kept from.
    pub sandbox: Sandbox,
}

/// Puts a handler together from an opened store.
///
/// # Errors
/// The system has no thread left for the store.
pub fn assemble(
    opened: Opened,
    endpoint: &Endpoint,
    world: World,
    connections: Arc<Connections>,
    stop: Stop,
) -> Result<Arc<Handler>, Refusal> {
    let World { clock, network, login_patience, audit, locks, sandbox } = world;
    let audit = audit.map_or_else(Audit::off, |path| Audit::in_file(path, Arc::clone(&clock)));
    let about = About {
        started: clock.now(),
        socket: endpoint.path().display().to_string(),
        store: opened.name.to_string(),
        chosen: opened.chosen,
        keeps: opened.name.keeps().to_owned(),
        sandbox,
    };
    let store = StoreThread::start(opened.store, opened.name.outlives_reboot()).map_err(|_| {
        Refusal::new(Code::Unavailable, "the system has no thread left", "end other programs first")
    })?;
    let edge = network.map(|network| Edge::new(network, Arc::clone(&clock)));
    let idle = locks.each().filter_map(|(whose, lock)| Some((whose.cloned(), lock.idle?))).collect();
    let broker = Broker::new(store, clock, edge, login_patience, audit.clone(), idle);
    Ok(Arc::new(Handler { broker, about, connections, stop, audit }))
}

/// Serves until the agent is asked to end; saves what could not be saved before, and writes what was noted.
pub async fn serve(listener: Listener, handler: Arc<Handler>) {
    tokio::select! {
        () = server::serve(listener, Arc::clone(&handler)) => {}
        () = handler.broker.renew_ahead() => {}
        () = handler.broker.finish_revoking() => {}
        () = handler.broker.close_when_idle() => {}
        () = handler.audit.write_what_comes() => {}
    }
    handler.broker.save_unsaved().await;
    handler.audit.write().await;
}
