//! A connection's own word on what it does, which decides when it gives way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Connections;
use super::shares::{Holder, Share};

/// Marks a connection whose request may be given up; those that are idle are below it.
pub(super) const WAITING: u64 = 1 << 63;
/// Marks a connection in the middle of a request that must come to its end.
pub(super) const BUSY: u64 = u64::MAX;

/// What a connection does, and since when: the lower, the sooner it gives way.
pub(super) type Since = AtomicU64;

/// Handed to a connection, which says with it what it does and asks for room, and keeps it to its end.
pub struct Activity {
    pub(super) connections: Arc<Connections>,
    pub(super) number: u64,
    pub(super) holder: Holder,
    pub(super) since: Arc<Since>,
}

impl Activity {
    /// Says that the connection waits for a request.
    pub fn idle(&self) {
        self.since.store(self.connections.tick(), Ordering::Relaxed);
        self.connections.one_is_idle();
    }

    /// Says that a request has begun that changes nothing by itself, and may wait for long.
    pub fn waiting(&self) {
        self.since.store(self.connections.tick() | WAITING, Ordering::Relaxed);
    }

    /// Says that a request has begun that is not to be interrupted.
    pub fn busy(&self) {
        self.since.store(BUSY, Ordering::Relaxed);
    }

    /// Takes room for a long message; none if there is too little for this peer.
    pub fn room(&self, bytes: usize) -> Option<Share> {
        self.connections.room.take(&self.holder, bytes)
    }
}

/// The connection has ended, however its task did.
impl Drop for Activity {
    fn drop(&mut self) {
        self.connections.left(self.number);
    }
}
