//! The audit log: who asked for what, what became of it, and what the agent did by itself. Never a secret.
//!
//! Whatever happens is noted in memory, which costs a lookup next to nothing, and written a little later
//! by a thread that may wait for the disk. What changes something is written before it is answered. Who asks
//! for the same again before that has one line with a count: a busy loop would else push everything out of
//! the log within a second.

mod file;
mod line;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use usher_proto::revocation::RevocationState;
use usher_proto::{Code, Credential, CredentialId, ProfileName};

use crate::clock::Clock;
use crate::peer::Program;

/// How long a line may wait for others to be written with it.
const TOGETHER: Duration = Duration::from_millis(100);
/// How long a request waits for its line to be written. A disk that hangs does not hang the agent.
const PATIENCE: Duration = Duration::from_secs(1);
/// From so many lines on nothing waits for more.
const MANY: usize = 2_000;
/// How far back to look for the same.
const BACK: usize = 8;
/// Most lines in memory; more can come together only while the disk takes none, and are counted.
const MOST: usize = 20_000;

/// Takes notes; shared by all who do.
#[derive(Clone)]
pub struct Audit(Option<Arc<Log>>);

struct Log {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    notes: Mutex<Notes>,
    /// The first line came that waits.
    first: Notify,
    /// So many came that they are to be written.
    many: Notify,
    /// Held by the one thread that writes.
    writer: Mutex<Writer>,
}

#[derive(Default)]
struct Notes {
    taken: Vec<Taken>,
    /// How many there was no room for.
    lost: u64,
    /// Somebody was told that notes wait.
    is_announced: bool,
}

/// A note that was taken.
struct Taken {
    /// When, in milliseconds since 1970; the first time if it is several.
    at: i64,
    note: Note,
    /// How many times.
    count: u64,
}

/// What was not written yet, and whether that was told.
#[derive(Default)]
struct Writer {
    text: Vec<u8>,
    is_failing: bool,
}

/// One line.
#[derive(PartialEq)]
pub struct Note {
    /// Who asked.
    pub who: Arc<Program>,
    /// What for.
    pub verb: &'static str,
    /// Which credential.
    pub about: About,
    /// What became of it.
    pub outcome: Outcome,
    /// It changes nothing: the same again is counted.
    pub counts: bool,
}

/// Which credential a line is about.
#[derive(PartialEq)]
pub enum About {
    /// This one.
    Credential(Arc<Credential>),
    /// One that was asked for, with what is known of it.
    Named(Box<Named>),
    /// None, or several.
    Nothing,
}

/// What is known of a credential that was asked for and not found, or of no single one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: Option<CredentialId>,
    /// The host it was wanted for, or what it was called.
    pub label: Option<String>,
    /// Whose.
    pub profile: Option<ProfileName>,
}

/// What became of what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused(Code),
    /// It was revoked, as far as this.
    Revoked(RevocationState),
}

impl Audit {
    /// Takes no notes.
    pub fn off() -> Self {
        Self(None)
    }

    /// Takes notes for a file, which is made when there is something to write.
    pub fn in_file(path: PathBuf, clock: Arc<dyn Clock>) -> Self {
        let (notes, writer) = (Mutex::default(), Mutex::default());
        Self(Some(Arc::new(Log { path, clock, notes, first: Notify::new(), many: Notify::new(), writer })))
    }

    /// Tells whether notes are taken.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Takes a note, which is written soon.
    pub fn note(&self, note: Note) {
        let Some(log) = &self.0 else { return };
        let mut notes = log.notes();
        // What is equal is shared as a rule, and then compared at once.
        let mut recent = notes.taken.iter_mut().rev().take(BACK);
        if let Some(same) = recent.find(|taken| note.counts && taken.note == note) {
            same.count += 1;
            return;
        }
        if notes.taken.len() >= MOST {
            notes.lost += 1;
            return;
        }
        notes.taken.push(Taken { at: log.clock.milliseconds(), note, count: 1 });
        if notes.taken.len() == MANY {
            log.many.notify_one();
        }
        if !std::mem::replace(&mut notes.is_announced, true) {
            log.first.notify_one();
        }
    }

    /// Takes a note of what the agent did by itself.
    pub fn note_own(&self, verb: &'static str, about: About) {
        if self.is_on() {
            let who = Program::own();
            self.note(Note { who, verb, about, outcome: Outcome::Done, counts: false });
        }
    }

    /// Writes what comes, as long as the agent runs; while nothing comes it sleeps.
    pub async fn write_what_comes(&self) {
        let Some(log) = &self.0 else { return std::future::pending().await };
        loop {
            log.first.notified().await;
            tokio::select! {
                () = sleep(TOGETHER) => {}
                () = log.many.notified() => {}
            }
            self.write().await;
        }
    }

    /// Writes all that was noted; waits for it a second at most.
    pub async fn write(&self) {
        let Some(log) = &self.0 else { return };
        let log = Arc::clone(log);
        let _ = timeout(PATIENCE, spawn_blocking(move || log.write())).await;
    }
}

impl Log {
    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes in the order in which notes were taken, whichever thread comes first.
    fn write(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.notes().is_announced = false;
        // What could not be written before comes first.
        let outcome = self.append(&mut writer).and_then(|()| {
            let Notes { taken, lost, .. } = self.take();
            line::render(&taken, lost, self.clock.milliseconds(), &mut writer.text);
            self.append(&mut writer)
        });
        match outcome {
            Ok(()) => writer.is_failing = false,
            // Once: whoever reads the agent's messages knows it then.
            Err(_) if writer.is_failing => {}
            Err(error) => {
                writer.is_failing = true;
                log::error!("the audit log cannot be written: {}: {}", self.path.display(), error.kind());
            }
        }
    }

    fn take(&self) -> Notes {
        let mut notes = self.notes();
        let is_announced = notes.is_announced;
        std::mem::replace(&mut *notes, Notes { is_announced, ..Notes::default() })
    }

    fn append(&self, writer: &mut Writer) -> std::io::Result<()> {
        let (written, outcome) = file::append(&self.path, &writer.text);
        if written == writer.text.len() {
            writer.text = Vec::new();
        } else {
            writer.text.drain(..written);
        }
        outcome
    }
}
