//! The connections that are open: a bounded number. When there are too many, one gives way: of the
//! program that has most of them, the one that has been idle for longest.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::activity::{Activity, BUSY, Since, WAITING};
use super::shares::{Holder, Share, Shares};

/// Bytes that long messages may take, those of all connections together: each has room for a short one
/// of its own.
const ROOM: usize = 32 * 1024 * 1024;

/// Every open connection.
pub struct Connections {
    cap: usize,
    places: Arc<Shares>,
    pub(super) room: Arc<Shares>,
    /// Counts what happens, so that "longest idle" needs no clock.
    ticks: AtomicU64,
    open: Mutex<Open>,
    /// Set when the agent ends: then a connection says when it is idle, and is closed.
    draining: AtomicBool,
    changed: Notify,
}

/// By number.
type Open = HashMap<u64, Connection>;

struct Connection {
    since: Arc<Since>,
    task: AbortHandle,
    place: Share,
}

impl Connections {
    /// Allows so many connections at once.
    pub fn new(cap: usize) -> Arc<Self> {
        Arc::new(Self {
            cap,
            places: Shares::new(cap),
            room: Shares::new(ROOM),
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

    /// Runs a connection in a task of its own, unless its program has its share and nothing idle.
    pub fn spawn<F>(self: &Arc<Self>, holder: Holder, serve: impl FnOnce(Activity) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let place = self.places.take(&holder, 1).or_else(|| self.place_of_another(&holder));
        let Some(place) = place else {
            log::warn!("{} of {} connections are open: one more was turned away", self.count(), self.cap);
            return;
        };
        let number = self.tick();
        let since = Arc::new(Since::new(number));
        let connections = Arc::clone(self);
        let serving = serve(Activity { connections, number, holder, since: Arc::clone(&since) });
        let mut open = self.open();
        // As it is: in another task's future it would take twice the memory.
        let task = tokio::spawn(serving);
        open.insert(number, Connection { since, task: task.abort_handle(), place });
    }

    /// Closes a connection in favour of a new one: an idle one of the program that has most, or an idle
    /// one at all, or one of the former that waits. If the newcomer's program would itself have most,
    /// it is one of its own, and an idle one.
    fn place_of_another(&self, newcomer: &Holder) -> Option<Share> {
        let (most, count) = self.places.most()?;
        let mut open = self.open();
        let number = if self.places.held(newcomer) >= count {
            first(&open, |holder| holder == newcomer, WAITING)
        } else {
            let of_most = |holder: &Holder| *holder == most;
            first(&open, of_most, WAITING)
                .or_else(|| first(&open, |_| true, WAITING))
                .or_else(|| first(&open, of_most, BUSY))
        };
        let gone = open.remove(&number?)?;
        gone.task.abort();
        let mut place = gone.place;
        place.hand_over(newcomer);
        Some(place)
    }

    /// Closes an idle connection if a program has several: what may be missing for one more is there then.
    pub(super) fn make_room(&self) {
        if let Some((most, 2..)) = self.places.most() {
            self.close_first(|holder| *holder == most);
        }
    }

    /// Closes the connection of these holders that has been idle for longest; tells whether there was one.
    fn close_first(&self, of: impl Fn(&Holder) -> bool) -> bool {
        let mut open = self.open();
        let gone = first(&open, of, WAITING).and_then(|number| open.remove(&number));
        gone.inspect(|gone| gone.task.abort()).is_some()
    }

    /// Closes idle connections and waits until the busy ones have had their answer.
    pub(super) async fn drained(&self) {
        self.draining.store(true, Ordering::Relaxed);
        loop {
            let changed = self.changed.notified();
            while self.close_first(|_| true) {}
            if self.count() == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Numbers what happens.
    pub(super) fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }

    /// Hears that a connection is idle, which closes it if the agent ends.
    pub(super) fn one_is_idle(&self) {
        if self.draining.load(Ordering::Relaxed) {
            self.changed.notify_waiters();
        }
    }

    /// Takes a connection off the list.
    pub(super) fn left(&self, number: u64) {
        let gone = self.open().remove(&number);
        drop(gone);
        self.changed.notify_waiters();
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds who is to go first, of these holders and below this mark.
fn first(open: &Open, of: impl Fn(&Holder) -> bool, below: u64) -> Option<u64> {
    let of_these = open.iter().filter(|(_, connection)| of(connection.place.holder()));
    let since = of_these.map(|(number, connection)| (connection.since.load(Ordering::Relaxed), *number));
    since.filter(|(since, _)| *since < below).min().map(|(_, number)| number)
}

#[cfg(test)]
mod tests;
