//! Who holds how much of what is scarce, so that one program leaves something for the others.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::peer::Peer;

/// Who holds less than so many times what is free may take more: one program gets nearly all, and a
/// thousand clients started at once do, but the first of another program always finds something.
const TIMES_FREE: usize = 63;

/// What is counted together: all processes that run the same file, or one of which that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Processes that run this file.
    Program(Arc<Path>),
    /// The process with this id.
    Process(u32),
}

impl Holder {
    /// Tells as what a peer is counted.
    pub fn of(peer: &Peer) -> Self {
        let exe = peer.program().process.exe.as_ref();
        exe.map_or(Holder::Process(peer.pid), |exe| Holder::Program(Arc::clone(exe)))
    }
}

/// So much of something, shared out.
pub(super) struct Shares(Mutex<State>);

struct State {
    free: usize,
    held: HashMap<Holder, usize>,
}

/// A part that somebody holds; free again when this is dropped.
pub struct Share {
    shares: Arc<Shares>,
    holder: Holder,
    amount: usize,
}

impl Shares {
    /// Shares out so much.
    pub(super) fn new(amount: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { free: amount, held: HashMap::new() })))
    }

    /// Takes so much; nothing if it is not there, or the holder has its share.
    pub(super) fn take(self: &Arc<Self>, holder: &Holder, amount: usize) -> Option<Share> {
        let mut state = self.state();
        let held = state.held.get(holder).copied().unwrap_or(0);
        if amount > state.free || held >= TIMES_FREE.saturating_mul(state.free) {
            return None;
        }
        state.free -= amount;
        let holder = state.add(holder, amount);
        Some(Share { shares: Arc::clone(self), holder, amount })
    }

    /// Tells who holds most, and how much.
    pub(super) fn most(&self) -> Option<(Holder, usize)> {
        let state = self.state();
        let most = state.held.iter().max_by_key(|(_, held)| **held);
        most.map(|(holder, held)| (holder.clone(), *held))
    }

    /// Tells how much somebody holds.
    pub(super) fn held(&self, holder: &Holder) -> usize {
        self.state().held.get(holder).copied().unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Tells who holds it.
    pub(super) fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Hands it over to somebody else, whoever has how much.
    pub(super) fn hand_over(&mut self, to: &Holder) {
        let mut state = self.shares.state();
        state.remove(&self.holder, self.amount);
        self.holder = state.add(to, self.amount);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.remove(&self.holder, self.amount);
        state.free += self.amount;
    }
}

impl State {
    /// Tells the holder as it stands here: one copy of a path for all its connections, which are then
    /// compared without a look at it.
    fn add(&mut self, holder: &Holder, amount: usize) -> Holder {
        let known = self.held.get_key_value(holder).map_or(holder, |(known, _)| known).clone();
        *self.held.entry(known.clone()).or_default() += amount;
        known
    }

    fn remove(&mut self, holder: &Holder, amount: usize) {
        if let Some(held) = self.held.get_mut(holder) {
            *held -= amount;
            if *held == 0 {
                self.held.remove(holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_all(shares: &Arc<Shares>, process: u32) -> Vec<Share> {
        std::iter::from_fn(|| shares.take(&Holder::Process(process), 1)).collect()
    }

    #[test]
    fn one_gets_nearly_all_and_the_next_one_finds_something() {
        let shares = Shares::new(1024);
        let (first, second) = (take_all(&shares, 1), take_all(&shares, 2));
        assert_eq!((first.len(), second.len()), (1008, 16));
        drop(first);
        assert_eq!(shares.most(), Some((Holder::Process(2), 16)));
        drop(second);
        assert_eq!((shares.most(), take_all(&shares, 3).len()), (None, 1008), "all of it came back");
    }

    #[test]
    fn nobody_takes_more_than_there_is() {
        let shares = Shares::new(10);
        let (holder, other) = (Holder::Process(1), Holder::Process(2));
        let mut seven = shares.take(&holder, 7).expect("free");
        assert!(shares.take(&holder, 4).is_none() && shares.take(&other, 4).is_none());
        seven.hand_over(&other);
        assert_eq!((shares.held(&holder), shares.held(&other)), (0, 7));
        assert!(shares.take(&holder, 3).is_some());
    }
}
