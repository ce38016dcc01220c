//! A clean home with the real programs installed in it, as a user would have them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::again;
use crate::agent::socket_in;
use crate::process::{Foreground, Ran, install, run};

/// Names a client in the environment that is tried in place of the one built here, such as one for another
/// C library.
const CLIENT: &str = "CLIENT_UNDER_TEST";

/// A home folder, the programs, and no agent yet; whatever agent runs there ends with it.
pub struct Home {
    folder: TempDir,
    socket: PathBuf,
}

/// Where the programs under test are; only the test binary itself is told, so it passes them on.
#[derive(Clone, Copy)]
pub struct Programs<'p> {
    /// The client.
    pub client: &'p str,
    /// The agent.
    pub agent: &'p str,
}

impl Home {
    /// Makes a home and installs the programs in its `bin`.
    pub fn new(programs: Programs<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for inner in ["bin", "run", "work"] {
            fs::create_dir(folder.path().join(inner)).expect("a folder");
        }
        let home = Self { socket: socket_in(&folder.path().join("run")), folder };
        let client = std::env::var_os(CLIENT).unwrap_or_else(|| programs.client.into());
        install(Path::new(&client), &home.program("usher"));
        install(Path::new(programs.agent), &home.program("usher-agent"));
        // Whoever runs the tests has keyrings of his own, which a test must not touch by accident.
        home.configure("store = \"memory\"\n");
        home
    }

    /// Makes a home whose agent keeps credentials in a sealed file and finds the passphrase by itself.
    pub fn with_sealed_file(programs: Programs<'_>) -> Self {
        let home = Self::new(programs);
        home.configure(&home.sealed_file());
        home
    }

    /// Writes a passphrase down; tells the lines of a config file for a sealed file that it opens.
    pub fn sealed_file(&self) -> String {
        let passphrase = self.path().join("passphrase");
        fs::write(&passphrase, "a passphrase for tests\n").expect("a file");
        set_private(&passphrase);
        format!("store = \"file\"\npassphrase-file = '{}'\n", passphrase.display())
    }

    /// Tells the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Tells where the agent of this home writes its audit log.
    pub fn audit_log(&self) -> PathBuf {
        self.own_folder(".local/state").join("audit.log")
    }

    /// Tells where the programs of this home have what is usher's: elsewhere than on Linux, in one folder.
    fn own_folder(&self, on_linux: &str) -> PathBuf {
        let above = if cfg!(windows) {
            ""
        } else if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            on_linux
        };
        self.path().join(above).join("usher")
    }

    /// Tells where the agent of this home listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Names an installed program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.path().join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Prepares a command with nothing of this process's environment but what programs need to run.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for kept in [
            "PATH",
            "SystemRoot",
            "SYSTEMROOT",
            "WINEPREFIX",
            "WINEDEBUG",
            "WINEDLLOVERRIDES",
            "TMPDIR",
            "TEMP",
            "TMP",
        ] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if cfg!(windows) {
            // There the environment does not tell where a program's folders are.
            command.env("USHER_HOME", self.own_folder(""));
        }
        // A test that runs on a bus of its own wants its programs there too; others have none, lest they
        // find the keyring of whoever runs the tests.
        if let Some(bus) = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").filter(|_| again::is_inner()) {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        command
            // One agent of this home, whatever the machine has.
            .env("XDG_RUNTIME_DIR", self.path().join("run"))
            .env("HOME", self.path())
            .env("USERPROFILE", self.path())
            .env("USHER_SOCK", &self.socket)
            .current_dir(self.path().join("work"))
            .stdin(Stdio::null());
        command
    }

    /// Writes the config file that the agent of this home reads. The agent never goes out: what a
    /// test's URLs name is on no network.
    pub fn configure(&self, text: &str) {
        self.configure_online(&format!("{text}offline = true\n"));
    }

    /// The same for an agent that goes out.
    pub fn configure_online(&self, text: &str) {
        let folder = self.own_folder(".config");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("config.toml"), text).expect("a file");
    }

    /// Starts an agent in the foreground with these words, and waits until it listens.
    pub fn start_agent(&self, words: &[&str]) -> Foreground {
        let mut command = self.command(self.program("usher-agent"));
        command.args(words).stderr(Stdio::piped());
        Foreground::start(command)
    }

    /// Runs the client with these words.
    pub fn usher(&self, words: &[&str]) -> Ran {
        self.usher_with_input(words, "")
    }

    /// Runs the client with these words and this input.
    pub fn usher_with_input(&self, words: &[&str], input: &str) -> Ran {
        let mut command = self.command(self.program("usher"));
        command.args(words);
        run(command, input)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = self.command(self.program("usher")).args(["--no-start", "agent", "stop"]).output();
    }
}

/// Copies the cloudflared folder of the fixtures into a home, with the modes that cloudflared gives.
pub fn dot_cloudflared(home: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dot-cloudflared");
    let to = home.join(".cloudflared");
    fs::create_dir(&to).expect("a fresh home");
    for entry in fs::read_dir(from).expect("the fixtures are there") {
        let entry = entry.expect("a file");
        let copy = to.join(entry.file_name());
        fs::copy(entry.path(), &copy).expect("a copy");
        set_private(&copy);
    }
    to
}

#[cfg(unix)]
fn set_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.extension() == Some(OsStr::new("json")) { 0o400 } else { 0o600 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

#[cfg(not(unix))]
fn set_private(_path: &Path) {}
