//! Turns: who sends one request after the other without waiting does not keep others waiting.

use std::future::poll_fn;
use std::pin::Pin;

use tokio::task::yield_now;

/// Requests that a connection has answered in one turn: few, as each delays everybody else, but more
/// than one, as it takes time to give others their turn.
const REQUESTS: u32 = 4;

/// How many requests of a connection were answered since others last had their turn.
pub(super) struct Turn(u32);

impl Turn {
    pub(super) fn new() -> Self {
        Self(0)
    }

    /// Does something; if that takes a wait, others have their turn meanwhile.
    pub(super) async fn wait<F: Future>(&mut self, mut work: Pin<&mut F>) -> F::Output {
        poll_fn(|context| {
            let polled = work.as_mut().poll(context);
            if polled.is_pending() {
                self.0 = 0;
            }
            polled
        })
        .await
    }

    /// Notes that a request was answered, and gives others their turn if it was the last one of this.
    pub(super) async fn note(&mut self) {
        self.0 += 1;
        if self.0 == REQUESTS {
            self.0 = 0;
            yield_now().await;
        }
    }
}
