//! Ten thousand connections, and one good client among them; programs that take all they can get.

#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod memory;
mod share;

use std::io::Write;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use usher_proto::{Answer, Request};
use usher_tests::home::Home;
use usher_tests::wire::{ask, connect};

use crate::PROGRAMS;

const CONNECTIONS: usize = 10_000;
/// How many of them are held open at once on this side, if the system lets a process hold so many.
const HELD: u64 = 4_000;

/// Lets this process hold as many connections as the system does; tells how many descriptors that are.
fn allow_many_descriptors() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let allowed = maximum.unwrap_or(u64::MAX).min(HELD + 1_000);
    if current.unwrap_or(u64::MAX) < allowed {
        setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), maximum })
            .expect("below the hard limit");
    }
    allowed
}

#[test]
fn ten_thousand_connections_do_not_keep_a_good_client_waiting() {
    let allowed = allow_many_descriptors();
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let mut held = std::collections::VecDeque::new();
    for number in 0..CONNECTIONS {
        let mut stream = connect(home.socket()).expect("the agent accepts");
        // Silent ones, and ones that stop in the middle of a message; the agent may have closed some.
        let _ = stream.write_all(&b"USHR\x01"[..number % 6]);
        held.push_back(stream);
        if held.len() as u64 > allowed.saturating_sub(1_000) {
            held.pop_front();
        }
        if number % 500 == 0 {
            let answer = ask(&mut connect(home.socket()).expect("the agent accepts"), &Request::Hello {});
            assert!(matches!(answer, Answer::Hello(_)));
        }
    }
    home.usher(&["--no-start", "token", "app.example.com"]).expect(3);
    let status = home.usher(&["--no-start", "status", "--json"]).expect(0).json();
    assert!(status["connections"].as_u64().is_some_and(|open| open <= 1_024), "{status}");
}
