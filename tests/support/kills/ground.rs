//! A store, and surroundings in which it is nobody else's: the agent's items have the names that they have
//! for whoever runs the tests.

use std::path::Path;
use std::process::Command;

#[cfg(target_os = "linux")]
use usher_agent::store::{Contents, Store, choose::SERVICE, kernel::Kernel, keyring::Keyring};

use crate::again;
use crate::home::Home;
#[cfg(target_os = "linux")]
use crate::keyring_daemon::KeyringDaemon;
#[cfg(target_os = "linux")]
use crate::session_bus::SessionBus;

/// A store that outlives the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Ground {
    /// The sealed file.
    File,
    /// The kernel's keyring, in a user namespace: there the user's keyring is another one.
    #[cfg(target_os = "linux")]
    Kernel,
    /// A real GNOME Keyring on a session bus of its own.
    #[cfg(target_os = "linux")]
    Keyring,
}

/// What goes on as long as the store is used.
pub struct Running {
    #[cfg(target_os = "linux")]
    _daemon: Option<KeyringDaemon>,
}

impl Ground {
    /// Names it as the config file does.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            #[cfg(target_os = "linux")]
            Self::Kernel => "kernel",
            #[cfg(target_os = "linux")]
            Self::Keyring => "keyring",
        }
    }

    /// Gives `run` a command that starts this very program in the store's surroundings; they end after it.
    pub fn surround<T>(self, program: &Path, run: impl FnOnce(&mut Command) -> T) -> T {
        match self {
            Self::File => run(&mut Command::new(program)),
            #[cfg(target_os = "linux")]
            Self::Kernel => {
                run(Command::new("unshare").args(["--user", "--map-root-user", "--"]).arg(program))
            }
            #[cfg(target_os = "linux")]
            Self::Keyring => run(SessionBus::start().surround(&mut Command::new(program))),
        }
    }

    /// Tells why the surroundings cannot be had here, if so: some systems allow no user namespaces.
    pub fn lacks(self) -> Option<&'static str> {
        #[cfg(target_os = "linux")]
        if self == Self::Kernel {
            let tried = Command::new("unshare").args(["--user", "--map-root-user", "true"]).output();
            if !tried.is_ok_and(|tried| tried.status.success()) {
                return Some("this system lets nobody have a user namespace (unshare --user)");
            }
        }
        None
    }

    /// Starts what the store needs, inside the surroundings.
    ///
    /// # Panics
    /// There are none.
    pub fn start(self) -> Running {
        self.is_nobody_elses();
        Running {
            #[cfg(target_os = "linux")]
            _daemon: (self == Self::Keyring).then(KeyringDaemon::start),
        }
    }

    /// Empties the store, for a new home.
    ///
    /// # Panics
    /// It cannot be emptied, or this is outside the surroundings.
    pub fn clear(self) {
        self.is_nobody_elses();
        #[cfg(target_os = "linux")]
        match self {
            Self::File => {}
            Self::Kernel => empty(&mut Kernel::new(SERVICE)),
            Self::Keyring => empty(&mut Keyring::new(SERVICE)),
        }
    }

    fn is_nobody_elses(self) {
        assert!(self == Self::File || again::is_inner(), "here the store may be somebody's own");
    }

    /// Makes a home whose agent uses it: the lines of its config file.
    pub(super) fn config(self, home: &Home) -> String {
        match self {
            Self::File => home.sealed_file(),
            #[cfg(target_os = "linux")]
            Self::Kernel | Self::Keyring => format!("store = \"{}\"\n", self.name()),
        }
    }
}

#[cfg(target_os = "linux")]
fn empty(store: &mut dyn Store) {
    let Contents { records, notes } = store.load().expect("it opens");
    let records = records.into_iter().map(|record| record.credential.id.clone());
    let notes = notes.into_iter().map(|note| note.id);
    let all: Vec<_> = records.chain(notes).collect();
    all.iter().for_each(|id| store.remove(id).expect("it can be emptied"));
}
