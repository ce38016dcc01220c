//! A clean home with the real programs installed in it, as a user would have them.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tempfile::TempDir;

use crate::again;
use crate::agent::socket_in;

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

/// Copies a program so that it can be started. On Unix another process copies: a file that this one has
/// open for writing may be inherited by a child that another test starts, and is then busy.
pub fn install(program: &Path, to: &Path) {
    if cfg!(unix) {
        let copied = Command::new("cp").arg(program).arg(to).status().expect("cp is everywhere");
        assert!(copied.success(), "{} was not built", program.display());
    } else {
        fs::copy(program, to).expect("the program was built");
    }
}

/// An agent in the foreground; ends with the value.
pub struct Foreground {
    /// Its process.
    pub process: Child,
    /// What it says from then on.
    said: Arc<Mutex<String>>,
    /// Reads that all the time: an agent whose words nobody takes would stand still.
    reader: Option<JoinHandle<()>>,
}

impl Foreground {
    /// Starts it, and waits until it says that it listens.
    pub fn start(mut command: Command) -> Self {
        let mut process = spawn(command.stderr(Stdio::piped()));
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let mut next = move || lines.next().map(|line| line.expect("text") + "\n");
        while !next().expect("the agent ended before it listened").contains("listening at") {}
        let said = Arc::<Mutex<String>>::default();
        let reader = {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                while let Some(line) = next() {
                    said.lock().expect("no test panics with it").push_str(&line);
                }
            })
        };
        Self { process, said, reader: Some(reader) }
    }

    /// Tells what it has said until now.
    pub fn said(&self) -> String {
        self.said.lock().expect("no test panics with it").clone()
    }

    /// Waits until it ends; tells how, and what it said meanwhile.
    pub fn wait(mut self) -> (ExitStatus, String) {
        self.reader.take().expect("waited for once").join().expect("text");
        (self.process.wait().expect("it ends"), self.said())
    }

    /// Kills it as a crash would.
    pub fn crash(mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("it ended");
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
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

/// What Wine says now and then when a process is to be started, by us or by a program of ours: processes
/// that start at once get in each other's way. Nothing was done then, and another try helps.
const INTERNAL_ERROR: i32 = 1359;
/// So often it is tried.
const TRIES: u32 = 5;

/// Starts a process.
pub fn spawn(command: &mut Command) -> Child {
    let mut tries = 0;
    loop {
        tries += 1;
        match command.spawn() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) && tries < TRIES => {}
            started => return started.expect("it starts"),
        }
    }
}

/// Runs a command to its end.
pub fn run(mut command: Command, input: &str) -> Ran {
    let could_not_start = format!("(os error {INTERNAL_ERROR})");
    let mut tries = 0;
    loop {
        tries += 1;
        let ran = run_once(&mut command, input);
        if !(cfg!(windows) && ran.stderr.contains(&could_not_start) && tries < TRIES) {
            return ran;
        }
    }
}

fn run_once(command: &mut Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
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
