//! What the agent tells about itself.

use usher_proto::answer::{Hello, Sandbox, Status, StoreStatus};
use usher_proto::frame::{MAX_MESSAGE, VERSION};
use usher_proto::{Refusal, Timestamp};

use super::Handler;
use crate::connection::MESSAGE_DEADLINE;

/// What the agent can do beyond the first protocol, by name; a client asks before it relies on one.
const FEATURES: [&str; 6] = ["frames", "json-lines", "login", "tunnels", "revoke", "watch"];

/// What the handler tells about the agent it belongs to.
pub struct About {
    /// When the agent began.
    pub started: Timestamp,
    /// Where it listens.
    pub socket: String,
    /// The store's name.
    pub store: String,
    /// Why this store.
    pub chosen: String,
    /// How long the store keeps a secret.
    pub keeps: String,
    /// What the agent's process is kept from.
    pub sandbox: Sandbox,
}

impl Handler {
    pub(super) fn hello(&self) -> Hello {
        Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: VERSION,
            features: FEATURES.map(str::to_owned).to_vec(),
            max_message: MAX_MESSAGE as u32,
            max_connections: self.connections.cap() as u32,
            message_deadline: MESSAGE_DEADLINE.as_secs() as u32,
        }
    }

    pub(super) async fn status(&self) -> Status {
        let (state, trouble) = self.broker.state().await;
        let (credentials, unsaved) = self.broker.count();
        let About { started, socket, store, chosen, keeps, .. } = &self.about;
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started: *started,
            socket: socket.clone(),
            store: StoreStatus {
                name: store.clone(),
                chosen: chosen.clone(),
                keeps: keeps.clone(),
                trouble: trouble.map(Refusal::from),
            },
            state,
            credentials: credentials as u64,
            unsaved: unsaved as u64,
            connections: self.connections.count() as u64,
        }
    }
}
