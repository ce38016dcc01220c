//! Accepts connections and keeps their number bounded.

mod activity;
mod connections;
mod shares;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

pub use self::activity::Activity;
pub use self::connections::Connections;
pub use self::shares::{Holder, Share};
use crate::connection;
use crate::handler::Handler;
use crate::platform::Listener;

/// After a failed accept (no descriptor left, say) the next one waits so long, instead of spinning.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long requests that run when the agent is asked to end may go on.
const DRAIN: Duration = Duration::from_secs(3);

/// Serves until the agent is asked to end, then lets running requests finish.
pub async fn serve(listener: Listener, handler: Arc<Handler>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = handler.stop.asked() => break,
        };
        match accepted {
            Ok((stream, Some(peer))) => {
                let serving = Arc::clone(&handler);
                handler.connections.spawn(Holder::of(&peer), async move |activity| {
                    if let Err(error) = connection::serve(stream, peer, &serving, &activity).await {
                        log::debug!("a connection broke: {}", error.kind());
                    }
                });
            }
            Ok((_, None)) => log::warn!("turned away a process of another user"),
            Err(error) => {
                log::warn!("no connection could be accepted: {}", error.kind());
                handler.connections.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let _ = timeout(DRAIN, handler.connections.drained()).await;
}
