//! The connections that are open: a bounded number, of which the longest idle one makes room.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Marks a connection that is in the middle of a request.
const BUSY: u64 = u64::MAX;

/// Every open connection.
pub struct Connections {
    cap: usize,
    /// Counts what happens, so that "longest idle" needs no clock.
    ticks: AtomicU64,
    open: Mutex<HashMap<u64, Open>>,
    /// Set when the agent ends: then a connection says when it is idle, and is closed.
    draining: AtomicBool,
    changed: Notify,
}

struct Open {
    idle_since: Arc<AtomicU64>,
    task: AbortHandle,
}

/// A connection's own word on whether it is in the middle of a request.
pub struct Activity {
    connections: Arc<Connections>,
    idle_since: Arc<AtomicU64>,
}

impl Activity {
    /// Says that the connection waits for a request.
    pub fn idle(&self) {
        self.idle_since.store(self.connections.ticks.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        if self.connections.draining.load(Ordering::Relaxed) {
            self.connections.changed.notify_waiters();
        }
    }

    /// Says that a request has begun.
    pub fn busy(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }
}

impl Connections {
    /// Allows so many connections at once.
    pub fn new(cap: usize) -> Arc<Self> {
        Arc::new(Self {
            cap,
            ticks: AtomicU64::new(0),
            open: Mutex::default(),
            draining: AtomicBool::new(false),
            changed: Notify::new(),
        })
    }

    /// Tells how many may be open at once.
    pub fn cap(&self) -> usize {
        self.cap
    }

    /// Tells how many are open.
    pub fn count(&self) -> usize {
        self.open().len()
    }

    /// Runs a connection in a task of its own. When there are too many, the one that has been idle
    /// for longest is closed; when all are busy, the new one is.
    pub fn spawn<F>(self: &Arc<Self>, serve: impl FnOnce(Activity) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if self.count() >= self.cap && !self.evict() {
            log::warn!("all {} connections are busy: one more was turned away", self.cap);
            return;
        }
        let number = self.ticks.fetch_add(1, Ordering::Relaxed);
        let idle_since = Arc::new(AtomicU64::new(number));
        let activity = Activity { connections: Arc::clone(self), idle_since: Arc::clone(&idle_since) };
        let serving = serve(activity);
        let left = Leaving { connections: Arc::clone(self), number };
        let mut open = self.open();
        let task = tokio::spawn(async move {
            let _left = left;
            serving.await;
        });
        open.insert(number, Open { idle_since, task: task.abort_handle() });
    }

    /// Closes the connection that has been idle for longest; tells whether there was one.
    pub fn evict(&self) -> bool {
        let mut open = self.open();
        let longest = open
            .iter()
            .map(|(number, open)| (open.idle_since.load(Ordering::Relaxed), *number))
            .filter(|(since, _)| *since != BUSY)
            .min();
        let Some(evicted) = longest.and_then(|(_, number)| open.remove(&number)) else { return false };
        evicted.task.abort();
        true
    }

    /// Closes idle connections and waits until the busy ones have had their answer.
    pub(super) async fn drained(&self) {
        self.draining.store(true, Ordering::Relaxed);
        loop {
            let changed = self.changed.notified();
            while self.evict() {}
            if self.count() == 0 {
                return;
            }
            changed.await;
        }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a connection off the list however its task ends.
struct Leaving {
    connections: Arc<Connections>,
    number: u64,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
        self.connections.changed.notify_waiters();
    }
}
