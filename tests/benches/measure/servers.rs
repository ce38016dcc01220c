//! The servers that are asked, each a process of its own that ends with its handle.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::json;
use tempfile::TempDir;
use usher_proto::frame;
use usher_proto::{Answer, Request};
use usher_tests::home::{Home, Programs};
use usher_tests::token::{audience, file_name, import_file, jwt};
use usher_tests::wire;

use super::caller::Caller;
use super::echo::{ANSWER, REQUEST};

const PROGRAMS: Programs = Programs {
    client: env!("CARGO_BIN_EXE_usher-under-test"),
    agent: env!("CARGO_BIN_EXE_usher-agent-under-test"),
};

/// Pause between two attempts to connect to a server that has just been started.
const PAUSE: Duration = Duration::from_micros(50);

/// A process that is ended when this is dropped.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().expect("the server starts"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An agent with a memory store, in a home of its own.
pub(super) struct Agent {
    running: Running,
    home: Home,
}

impl Agent {
    /// Starts one that holds nothing, in a home that was made before, and does not wait for it.
    pub(super) fn start_in(home: Home) -> Self {
        let mut command = home.command(home.program("usher-agent"));
        Self { running: Running::start(command.args(["--store", "memory"])), home }
    }

    /// Makes a home for one.
    pub(super) fn home() -> Home {
        Home::new(PROGRAMS)
    }

    /// Starts one that holds this many app tokens of 1,200 bytes.
    pub(super) fn holding(count: u32) -> Self {
        Self::holding_in(Self::home(), count)
    }

    /// Makes a home whose agent goes out.
    pub(super) fn home_online() -> Home {
        let home = Self::home();
        home.configure_online("store = \"memory\"\n");
        home
    }

    /// Makes a home whose agent writes no audit log.
    pub(super) fn home_without_audit() -> Home {
        let home = Self::home();
        home.configure("audit = false\n");
        home
    }

    /// The same in a home that was made before.
    pub(super) fn holding_in(home: Home, count: u32) -> Self {
        let agent = Self::start_in(home);
        let mut stream = connect_when_it_listens(agent.socket());
        for number in 0..count {
            let import = import_file(&file_name(&host(number), number), &token(number));
            let answer = wire::ask(&mut stream, &Request::Import(import));
            assert!(matches!(answer, Answer::Imported(_)), "{answer:?}");
        }
        agent
    }

    /// Tells where it listens.
    pub(super) fn socket(&self) -> &Path {
        self.home.socket()
    }

    /// Prepares a command that finds this agent.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        self.home.command(program)
    }

    /// Prepares the client.
    pub(super) fn client(&self) -> Command {
        self.command(self.home.program("usher"))
    }

    /// Opens a connection that gets the token of the application with this number.
    pub(super) fn lookup(&self, number: u32) -> Caller {
        let caller = self.asks_for(number);
        assert!(caller.answer() >= ANSWER, "an agent that holds it gives it");
        caller
    }

    /// Opens a connection that asks for it, also if a locked agent refuses it.
    pub(super) fn asks_for(&self, number: u32) -> Caller {
        let request = Request::Token {
            app: url(number).parse().expect("a URL"),
            profile: usher_proto::ProfileName::default(),
            min_valid: usher_proto::request::DEFAULT_MIN_VALID,
        };
        let mut stream = self.connect();
        let answer = wire::ask(&mut stream, &request);
        let answer = frame::encode(&answer).expect("it came in a frame").len();
        Caller::new(stream, frame::encode(&request).expect("small").to_vec(), answer)
    }

    /// Opens a connection.
    pub(super) fn connect(&self) -> UnixStream {
        UnixStream::connect(self.socket()).expect("the agent listens")
    }

    /// Tells how many bytes of memory it has in use.
    pub(super) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.0.id()));
        let status = status.expect("a process of ours");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process that runs");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") * 1024.0
    }
}

/// The URL of the application with this number.
pub(super) fn url(number: u32) -> String {
    format!("https://{}", host(number))
}

fn host(number: u32) -> String {
    format!("app-{number}.example.com")
}

/// An app token of 1,200 bytes, or the next length that a JWT can have.
fn token(number: u32) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
    let filled = |length| {
        jwt(&json!({
            "aud": [audience(number)], "email": "alice@example.test", "exp": now + 86_400, "iat": now,
            "iss": "https://acme.cloudflareaccess.com", "type": "app", "identity_nonce": "n".repeat(length),
        }))
    };
    let missing = ANSWER.saturating_sub(filled(0).len()) * 3 / 4;
    (missing..).map(filled).find(|token| token.len() >= ANSWER).expect("it grows")
}

/// One of this program's own echo servers.
pub(super) struct Echo {
    _running: Running,
    folder: TempDir,
}

impl Echo {
    /// Starts the one with this name, and does not wait for it.
    pub(super) fn start(role: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = std::env::current_exe().expect("this program");
        let running = Running::start(Command::new(own).arg(role).arg(folder.path().join("socket")));
        Self { _running: running, folder }
    }

    /// Tells where it listens.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// Opens a connection to it.
    pub(super) fn caller(&self) -> Caller {
        let stream = connect_when_it_listens(&self.socket());
        Caller::new(stream, vec![b'r'; REQUEST], ANSWER)
    }
}

/// An ssh-agent that holds one key.
pub(super) struct SshAgent {
    _running: Running,
    folder: TempDir,
}

impl SshAgent {
    /// Starts one, unless OpenSSH is not installed.
    pub(super) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("key");
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
        if !made.is_ok_and(|status| status.success()) {
            return None;
        }
        let socket = folder.path().join("socket");
        let agent = Self {
            _running: Running::start(Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket)),
            folder,
        };
        drop(connect_when_it_listens(&socket));
        let added = agent.ssh_add().arg("-q").arg(&key).status();
        assert!(added.is_ok_and(|status| status.success()), "the key is taken");
        Some(agent)
    }

    /// Prepares `ssh-add`.
    pub(super) fn ssh_add(&self) -> Command {
        let mut command = Command::new("ssh-add");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("SSH_AUTH_SOCK", self.folder.path().join("socket"));
        command
    }

    /// Opens a connection that asks what it holds (SSH_AGENTC_REQUEST_IDENTITIES).
    pub(super) fn caller(&self) -> Caller {
        let mut stream = connect_when_it_listens(&self.folder.path().join("socket"));
        let request = vec![0, 0, 0, 1, 11];
        stream.write_all(&request).expect("it listens");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("it answers");
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut answer).expect("a whole answer");
        Caller::new(stream, request, 4 + answer.len())
    }
}

/// Connects to a server that has just been started.
pub(super) fn connect_when_it_listens(socket: &Path) -> UnixStream {
    loop {
        match UnixStream::connect(socket) {
            Ok(stream) => return stream,
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
