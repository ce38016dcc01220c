//! The faults that are set, and those of them that are meant for one request.

use tokio::sync::watch;

use super::fault::Fault;
use super::forgery::Forgery;
use super::place::{Place, Where};

/// A fault that is set, as the edge keeps it.
pub(super) struct Set {
    pub(super) number: u64,
    pub(super) place: Place,
    pub(super) fault: Fault,
    /// Closed when the guard is gone.
    pub(super) held: watch::Receiver<()>,
}

/// The faults of one request.
#[derive(Default)]
pub(super) struct Faults(Vec<(Fault, watch::Receiver<()>)>);

impl Faults {
    /// Takes those that are set for a request, and counts it.
    pub(super) fn take(set: &mut [Set], part: Where, host: &str, method: &str) -> Self {
        let matching = set.iter_mut().filter(|set| {
            let Place { part: where_set, host: only_host, method: only_method, times } = &set.place;
            where_set.covers(part)
                && only_host.as_ref().is_none_or(|only| only == host)
                && only_method.as_ref().is_none_or(|only| only == method)
                && *times != Some(0)
        });
        let taken = matching.map(|set| {
            set.place.times = set.place.times.map(|times| times - 1);
            (set.fault.clone(), set.held.clone())
        });
        Self(taken.collect())
    }

    /// Lists them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().map(|(fault, _)| fault)
    }

    /// Tells whether one is there that needs no more words.
    pub(super) fn has(&self, wanted: fn(&Fault) -> bool) -> bool {
        self.iter().any(wanted)
    }

    /// Lists how the answer's token is to be forged.
    pub(super) fn forgeries(&self) -> Vec<&Forgery> {
        let mut forgeries = Vec::new();
        for fault in self.iter() {
            if let Fault::Forged(how) = fault {
                forgeries.push(how);
            }
        }
        forgeries
    }

    /// Lists how the answer's org token is to be forged.
    pub(super) fn org_forgeries(&self) -> Vec<&Forgery> {
        let mut forgeries = Vec::new();
        for fault in self.iter() {
            if let Fault::ForgedOrgToken(how) = fault {
                forgeries.push(how);
            }
        }
        forgeries
    }

    /// Waits until the guard of every such fault is dropped.
    pub(super) async fn hang(&mut self, hangs: fn(&Fault) -> bool) {
        for (fault, held) in &mut self.0 {
            if hangs(fault) {
                // Nothing is ever sent: it ends when the guard does.
                let _ = held.changed().await;
            }
        }
    }
}
