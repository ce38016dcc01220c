//! The wish to end, shared by everything that runs.

use tokio::sync::watch;

/// Can be asked for by a signal, a request or a child that ended; asked once is asked for good.
#[derive(Clone)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Begins with nobody asking.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Asks everything to end.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        // The sender is `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
