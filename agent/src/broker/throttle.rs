//! Slows a peer down that tries wrong passphrases, and nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

/// Delay after the first wrong try; each further one doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// Longest delay.
const MAX_DELAY: Duration = Duration::from_secs(10);
/// Most peers remembered: one that makes new processes pays for Argon2id each time instead.
const MAX_PEERS: usize = 256;

/// Most tries of one peer that wait for their turn: each holds a connection for as long as that takes.
const MAX_WAITING: usize = 8;

/// Wrong tries by process id.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<u32, Arc<tokio::sync::Mutex<Tries>>>>);

/// How often a peer was wrong since it was last right. To hold it is to have the peer's turn.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Throttle {
    /// Waits for the peer's turn: one try at a time, each as late as the peer has earned. None if too many
    /// of its tries wait already.
    pub(super) async fn turn(&self, peer: u32) -> Option<OwnedMutexGuard<Tries>> {
        let tries = self.tries(peer);
        let others = Arc::strong_count(&tries) - 2; // without this one and the list
        if others > MAX_WAITING {
            return None;
        }
        let tries = tries.lock_owned().await;
        if let Some(delay) = tries.delay() {
            tokio::time::sleep(delay).await;
        }
        Some(tries)
    }

    fn tries(&self, peer: u32) -> Arc<tokio::sync::Mutex<Tries>> {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= MAX_PEERS && !peers.contains_key(&peer) {
            peers.retain(|_, tries| Arc::strong_count(tries) > 1);
        }
        Arc::clone(peers.entry(peer).or_default())
    }
}

impl Tries {
    /// Notes how this try went.
    pub(super) fn note(&mut self, wrong: bool) {
        self.0 = if wrong { self.0.saturating_add(1) } else { 0 };
    }

    fn delay(&self) -> Option<Duration> {
        let doublings = self.0.checked_sub(1)?.min(16);
        Some(FIRST_DELAY.saturating_mul(1 << doublings).min(MAX_DELAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_try_doubles_the_delay_until_one_is_right() {
        let mut tries = Tries::default();
        assert_eq!(tries.delay(), None);
        let mut delays = (0..9).map(|_| {
            tries.note(true);
            tries.delay().map_or(0, |delay| delay.as_millis())
        });
        assert!(delays.by_ref().take(3).eq([100, 200, 400]));
        assert_eq!(delays.last(), Some(MAX_DELAY.as_millis()));
        tries.note(false);
        assert_eq!(tries.delay(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_peers_wrong_tries_do_not_hold_up_another() {
        let throttle = Throttle::default();
        throttle.turn(1).await.expect("the first").note(true);
        let slow = throttle.turn(1).await;
        let before = tokio::time::Instant::now();
        throttle.turn(2).await;
        assert_eq!(before.elapsed(), Duration::ZERO);
        drop(slow);
    }

    #[tokio::test]
    async fn only_so_many_tries_of_a_peer_wait() {
        let throttle = Throttle::default();
        let first = throttle.turn(1).await;
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| throttle.tries(1)).collect();
        assert!(throttle.turn(1).await.is_none());
        assert!(throttle.turn(2).await.is_some());
        drop((first, waiting));
        assert!(throttle.turn(1).await.is_some());
    }
}
