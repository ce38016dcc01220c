//! One flight for many: who asks for what is under way waits for it instead of starting it again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

/// What is under way, by what it is for. A flight goes on as long as one of those who wait for it
/// does; when the last one leaves it is cancelled.
pub(super) struct Flights<K, T: Clone>(Arc<Mutex<UnderWay<K, T>>>);

type UnderWay<K, T> = HashMap<K, WeakShared<BoxFuture<'static, T>>>;

impl<K, T: Clone> Default for Flights<K, T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, T> Flights<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Waits for the flight of this key, which is started if none is under way.
    pub(super) fn join<F>(&self, key: K, start: impl FnOnce() -> F) -> Shared<BoxFuture<'static, T>>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = under_way.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        under_way.retain(|_, flight| flight.upgrade().is_some());
        let (work, landed, place) = (start(), Arc::clone(&self.0), key.clone());
        let flight = async move {
            let outcome = work.await;
            // Who comes from now on wants what is known then.
            landed.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
            outcome
        };
        let flight = flight.boxed().shared();
        if let Some(weak) = flight.downgrade() {
            under_way.insert(key, weak);
        }
        flight
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    /// Counts the flights that began, each of which lands when its sender says so.
    struct Starts(Arc<AtomicU32>);

    impl Starts {
        fn flight(
            &self,
            landing: oneshot::Receiver<u32>,
        ) -> impl FnOnce() -> BoxFuture<'static, u32> + use<> {
            let count = Arc::clone(&self.0);
            move || {
                count.fetch_add(1, Ordering::Relaxed);
                async move { landing.await.unwrap_or(0) }.boxed()
            }
        }
    }

    #[tokio::test]
    async fn many_wait_for_one_and_the_next_starts_anew() {
        let (flights, starts) = (Flights::default(), Starts(Arc::default()));
        let (land, landing) = oneshot::channel();
        let first = flights.join("a", starts.flight(landing));
        let second = flights.join("a", starts.flight(oneshot::channel().1));
        assert_eq!(starts.0.load(Ordering::Relaxed), 1);
        drop(first); // the one who began it leaves
        land.send(7).expect("somebody waits");
        assert_eq!(second.clone().await, 7);
        let (land, landing) = oneshot::channel();
        let third = flights.join("a", starts.flight(landing));
        land.send(8).expect("somebody waits");
        assert_eq!((third.await, second.await), (8, 7), "what has landed is not joined");
        assert_eq!(starts.0.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn when_the_last_one_leaves_it_is_cancelled() {
        let (flights, starts) = (Flights::default(), Starts(Arc::default()));
        let (mut land, landing) = oneshot::channel();
        let flight = flights.join("a", starts.flight(landing));
        let other = flights.join("b", starts.flight(oneshot::channel().1));
        drop(flight);
        land.closed().await;
        assert_eq!(other.await, 0);
        assert_eq!(starts.0.load(Ordering::Relaxed), 2);
    }
}
