//! A clean home with the real programs installed in it, as a user would have them.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::agent::socket_in;

/// A home folder, the programs, and no agent yet; whatever agent runs there ends with it.
pub struct Home {
    folder: TempDir,
    socket: PathBuf,
}

/// Where the programs under test are; only the test binary itself is told, so it passes them on.
#[derive(Clone, Copy)]
pub struct Programs {
    /// The client.
    pub client: &'static str,
    /// The agent.
    pub agent: &'static str,
}

impl Home {
    /// Makes a home and installs the programs in its `bin`.
    pub fn new(programs: Programs) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for inner in ["bin", "run", "work"] {
            fs::create_dir(folder.path().join(inner)).expect("a folder");
        }
        let home = Self { socket: socket_in(&folder.path().join("run")), folder };
        for (program, name) in [(programs.client, "usher"), (programs.agent, "usher-agent")] {
            fs::copy(program, home.program(name)).expect("the program was built");
        }
        home
    }

    /// Tells the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
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
        command
            .env("HOME", self.path())
            .env("USERPROFILE", self.path())
            .env("APPDATA", self.path().join("roaming"))
            .env("LOCALAPPDATA", self.path().join("local"))
            .env("USHER_SOCK", &self.socket)
            .current_dir(self.path().join("work"))
            .stdin(Stdio::null());
        command
    }

    /// Writes the config file that the agent of this home reads.
    pub fn configure(&self, text: &str) {
        let folder = if cfg!(windows) {
            self.path().join("roaming").join("usher").join("config")
        } else if cfg!(target_os = "macos") {
            self.path().join("Library/Application Support/usher")
        } else {
            self.path().join(".config/usher")
        };
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("config.toml"), text).expect("a file");
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

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
}

impl Ran {
    /// Expects an exit code, and shows everything if it was another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Reads what was printed as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("no JSON: {}\n{}", self.stdout, self.stderr))
    }
}

/// Runs a command to its end.
pub fn run(mut command: Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    // A program that does not read its input closes it early, which is no failure here.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into(),
        stderr: String::from_utf8_lossy(&stderr).into(),
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
