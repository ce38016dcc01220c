//! The agent, and the tokens that it is given.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use serde_json::json;
use usher_proto::frame;
use usher_proto::{Answer, Request};
use usher_tests::home::{Home, Programs};
use usher_tests::token::{audience, file_name, import_file, jwt};
use usher_tests::wire;

use super::footprint::Footprint;
use super::running::{Running, connect_when_it_listens};
use crate::measure::caller::Caller;
use crate::measure::echo::ANSWER;

pub(crate) const PROGRAMS: Programs = Programs {
    client: env!("CARGO_BIN_EXE_usher-under-test"),
    agent: env!("CARGO_BIN_EXE_usher-agent-under-test"),
};

/// An agent with a memory store, in a home of its own.
pub(crate) struct Agent {
    running: Running,
    home: Home,
}

impl Agent {
    /// Starts one that holds nothing, in a home that was made before, and does not wait for it.
    pub(crate) fn start_in(home: Home) -> Self {
        let mut command = home.command(home.program("usher-agent"));
        Self { running: Running::start(command.args(["--store", "memory"])), home }
    }

    /// Makes a home for one.
    pub(crate) fn home() -> Home {
        Home::new(PROGRAMS)
    }

    /// Starts one that holds this many app tokens of 1,200 bytes.
    pub(crate) fn holding(count: u32) -> Self {
        Self::holding_in(Self::home(), count)
    }

    /// Makes a home whose agent goes out.
    pub(crate) fn home_online() -> Home {
        let home = Self::home();
        home.configure_online("store = \"memory\"\n");
        home
    }

    /// Makes a home whose agent writes no audit log.
    pub(crate) fn home_without_audit() -> Home {
        let home = Self::home();
        home.configure("audit = false\n");
        home
    }

    /// The same in a home that was made before.
    pub(crate) fn holding_in(home: Home, count: u32) -> Self {
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
    pub(crate) fn socket(&self) -> &Path {
        self.home.socket()
    }

    /// Prepares a command that finds this agent.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        self.home.command(program)
    }

    /// Prepares the client.
    pub(crate) fn client(&self) -> Command {
        self.command(self.home.program("usher"))
    }

    /// Opens a connection that gets the token of the application with this number.
    pub(crate) fn lookup(&self, number: u32) -> Caller {
        let caller = self.asks_for(number);
        assert!(caller.answer() >= ANSWER, "an agent that holds it gives it");
        caller
    }

    /// Opens a connection that asks for it, also if a locked agent refuses it.
    pub(crate) fn asks_for(&self, number: u32) -> Caller {
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
    pub(crate) fn connect(&self) -> UnixStream {
        UnixStream::connect(self.socket()).expect("the agent listens")
    }

    /// Tells how much memory it has in use.
    pub(crate) fn footprint(&self) -> Footprint {
        self.running.footprint()
    }
}

/// The URL of the application with this number.
pub(crate) fn url(number: u32) -> String {
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
