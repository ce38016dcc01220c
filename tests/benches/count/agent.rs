//! An agent that holds one token, and what it takes to ask it so many times.

use std::process::Command;

use usher_proto::{Answer, ProfileName, Request};
use usher_tests::home::{Home, Programs};
use usher_tests::process::Foreground;
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire::{ask, connect};

pub(super) const URL: &str = "https://app.example.com";
/// Long after today.
const END: i64 = 4_000_000_000;

const PROGRAMS: Programs = Programs {
    client: env!("CARGO_BIN_EXE_usher-under-test"),
    agent: env!("CARGO_BIN_EXE_usher-agent-under-test"),
};

/// How often a running agent is asked.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked {
    /// So many times on one connection.
    pub(super) at_once: u32,
    /// So many times on a connection each.
    pub(super) each: u32,
}

/// Starts an agent, gives it a token and asks for that; tells what is said by whoever watches the agent's
/// process, as `watch` has it start, until it has ended.
pub(super) fn ask_agent(asked: Asked, watch: impl FnOnce(&Home) -> Command) -> String {
    let home = prepare();
    let agent = start(&home, watch(&home));
    let request =
        || Request::Token { app: URL.parse().expect("a URL"), profile: ProfileName::default(), min_valid: 5 };
    let open = || connect(home.socket()).expect("the agent listens");
    let get = |stream: &mut _| assert!(matches!(ask(stream, &request()), Answer::Token { .. }));
    let mut stream = open();
    (0..asked.at_once).for_each(|_| get(&mut stream));
    (0..asked.each).for_each(|_| get(&mut open()));
    assert!(matches!(ask(&mut stream, &Request::Stop {}), Answer::Stopping {}));
    agent.wait().1
}

/// Makes a home with an agent that holds the token, for a client to ask.
pub(super) fn home() -> (Home, Foreground) {
    let home = prepare();
    let agent = start(&home, home.command(home.program("usher-agent")));
    (home, agent)
}

/// Without an audit log, whose lines are as many as there is time between requests.
fn prepare() -> Home {
    let home = Home::new(PROGRAMS);
    home.configure("store = \"memory\"\naudit = false\n");
    home
}

fn start(home: &Home, command: Command) -> Foreground {
    let agent = Foreground::start(command);
    let import = import_file(&file_name("app.example.com", 1), &app_token(1, END));
    let mut stream = connect(home.socket()).expect("the agent listens");
    assert!(matches!(ask(&mut stream, &Request::Import(import)), Answer::Imported(_)));
    agent
}
