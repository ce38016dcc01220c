//! The store's own thread: calls that block go there one at a time, and whoever waits has a deadline.
//!
//! A call that hangs holds up the store and nothing else; when it comes back, the calls whose callers
//! have given up meanwhile are skipped.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Contents, Store, StoreError};

/// How long a call may take that asks nobody.
const DEADLINE: Duration = Duration::from_secs(3);
/// How long reading everything may take once the store has shown that it answers: a keyring takes
/// milliseconds for each item.
const DEADLINE_TO_LOAD: Duration = Duration::from_secs(60);
/// How long a call may take that lets the system ask a person.
const DEADLINE_WITH_PROMPT: Duration = Duration::from_secs(120);

type Job = Box<dyn FnOnce(&mut dyn Store) + Send>;

/// Sends calls to the store's thread, which ends when this is dropped.
pub struct StoreThread {
    jobs: mpsc::Sender<Job>,
    outlives_reboot: bool,
    deadline: Duration,
}

impl StoreThread {
    /// Gives a store its thread; `outlives_reboot` says whether what is put there stays.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(mut store: Box<dyn Store>, outlives_reboot: bool) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new().name("store".into()).spawn(move || {
            for job in queue {
                job(&mut *store);
            }
        })?;
        Ok(Self { jobs, outlives_reboot, deadline: DEADLINE })
    }

    /// The same with another deadline, for tests of a store that hangs.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Tells whether what is put there stays after a reboot.
    pub fn outlives_reboot(&self) -> bool {
        self.outlives_reboot
    }

    /// Makes a call that asks nobody.
    pub async fn call<T, F>(&self, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    {
        self.call_within(self.deadline, call).await
    }

    /// Reads all that it holds. A store that hangs is found out within the deadline of other calls.
    ///
    /// # Errors
    /// As any call.
    pub async fn load(&self) -> Result<Contents, StoreError> {
        self.call(|store| store.check()).await?;
        self.call_within(DEADLINE_TO_LOAD, |store| store.load()).await
    }

    /// Makes a call that may let the system ask a person.
    pub async fn call_with_prompt<T, F>(&self, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    {
        self.call_within(DEADLINE_WITH_PROMPT, call).await
    }

    async fn call_within<T, F>(&self, deadline: Duration, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Store) -> Result<T, StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let job = Box::new(move |store: &mut dyn Store| {
            if !tell.is_closed() {
                let _ = tell.send(call(store));
            }
        });
        let ended = StoreError::Unavailable("the store's thread has ended");
        self.jobs.send(job).map_err(|_| ended)?;
        match timeout(deadline, told).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(ended),
            Err(_) => Err(StoreError::Timeout),
        }
    }
}
