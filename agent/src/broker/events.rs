//! What happens while a client waits for its answer.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use usher_proto::answer::Event;

/// Events on their way to one client. Costs nothing until something happens: most requests are
/// answered at once.
#[derive(Default)]
pub struct Events {
    queue: Mutex<VecDeque<Event>>,
    ready: Notify,
    taken: Notify,
}

impl Events {
    /// Tells the client.
    pub(super) fn tell(&self, event: Event) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // A client that reads slowly is told the latest only.
        queue.retain(|queued| !matches!(queued, Event::Waiting { .. }));
        queue.push_back(event);
        self.ready.notify_one();
    }

    /// Waits until the client has taken everything that it was told before, and then tells it: one that
    /// takes nothing makes no queue.
    pub(super) async fn tell_in_turn(&self, event: Event) {
        while !self.is_empty() {
            self.taken.notified().await;
        }
        self.tell(event);
    }

    /// Waits for the next event.
    pub async fn next(&self) -> Event {
        loop {
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match next {
                Some(event) => {
                    self.taken.notify_one();
                    return event;
                }
                None => self.ready.notified().await,
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
