//! A GNOME Keyring of its own, on a [session bus](crate::session_bus) of its own.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
/// What to do where the programs are missing.
pub const INSTALL: &str =
    "these tests need a real keyring: apt-get install gnome-keyring dbus libsecret-tools";
/// Longest that anything here may take to get ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// Opens the keyring.
const PASSWORD: &[u8] = b"the keyring's own password";
/// The keyring that the daemon makes for a login.
const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// A keyring daemon on the bus and in the home of this process, which a
/// [`SessionBus`](crate::session_bus::SessionBus) must surround. It ends with the value.
pub struct KeyringDaemon {
    process: Child,
}

impl KeyringDaemon {
    /// Starts the daemon and opens its keyring; the first time, that makes it.
    pub fn start() -> Self {
        let mut process = Command::new("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("gnome-keyring-daemon: {error}; {INSTALL}"));
        let mut input = process.stdin.take().expect("a pipe");
        input.write_all(PASSWORD).expect("it reads the password");
        drop(input);
        let started = Self { process };
        wait_until("the keyring is there and open", || is_locked() == Some(false));
        started
    }

    /// Kills the daemon, as a crash would.
    pub fn kill(mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ended");
        wait_until("the bus noticed", || is_locked().is_none());
    }

    /// Stops the daemon's process without ending it, or lets it go on.
    pub fn freeze(&self, frozen: bool) {
        let signal = if frozen { Signal::STOP } else { Signal::CONT };
        kill_process(Pid::from_child(&self.process), signal).expect("a signal to a child of ours");
    }

    /// Locks the keyring, as a screen lock may.
    pub fn lock(&self) {
        let collection = format!("array:objpath:{COLLECTION}");
        send("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", &[&collection])
            .expect("the daemon locks");
        wait_until("it is locked", || is_locked() == Some(true));
    }

    /// Opens the keyring with its password. Again if need be: what the daemon still does about somebody's
    /// question that came while it was being locked may lock it once more.
    pub fn unlock(&self) {
        wait_until("it is open", || {
            self.log_in();
            is_locked() == Some(false)
        });
    }

    /// Opens it as a login does: over the socket that PAM uses.
    fn log_in(&self) {
        const UNLOCK: u32 = 1;
        let home = std::env::var_os("XDG_RUNTIME_DIR").expect("set by the surrounding bus");
        let mut control =
            UnixStream::connect(Path::new(&home).join("keyring/control")).expect("the daemon listens");
        let number = |number: usize| u32::try_from(number).expect("small").to_be_bytes();
        let mut message = vec![0]; // carries our uid
        message.extend(number(4 + 4 + 4 + PASSWORD.len()));
        message.extend(UNLOCK.to_be_bytes());
        message.extend(number(PASSWORD.len()));
        message.extend(PASSWORD);
        control.write_all(&message).expect("it reads");
        let mut answer = [0; 8];
        control.read_exact(&mut answer).expect("it answers");
        assert_eq!(answer[4..], [0; 4], "the daemon does not unlock");
    }
}

impl Drop for KeyringDaemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Tells whether the login collection is locked; none if nobody answers for it.
fn is_locked() -> Option<bool> {
    let answer = send(
        COLLECTION,
        "org.freedesktop.DBus.Properties.Get",
        &["string:org.freedesktop.Secret.Collection", "string:Locked"],
    )?;
    Some(answer.contains("boolean true"))
}

fn send(path: &str, method: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new("dbus-send")
        .args(["--session", "--print-reply", "--reply-timeout=5000", "--dest=org.freedesktop.secrets"])
        .args([path, method])
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("dbus-send: {error}; {INSTALL}"));
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !ready() {
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(5));
    }
}
