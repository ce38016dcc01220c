//! An agent that can open nothing more.

use std::io::Write;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use usher_proto::{Answer, Request, frame};
use usher_tests::home::Home;
use usher_tests::process::Foreground;
use usher_tests::wire::{Said, ask, connect, read};

use crate::PROGRAMS;

/// Least time between two attempts of the agent to accept a connection after one that failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

#[test]
fn without_descriptors_who_is_connected_is_served_and_nothing_spins() {
    let home = Home::new(PROGRAMS);
    let agent = Foreground::start({
        let mut command = home.command(home.program("usher-agent"));
        command.env("USHER_LOG", "warn");
        command
    });
    let silent = [(); 3].map(|()| connect(home.socket()).expect("the agent listens"));
    let mut served = connect(home.socket()).expect("the agent listens");
    let mut is_served = || assert!(matches!(ask(&mut served, &Request::Hello {}), Answer::Hello(_)));
    is_served();

    let pid = i32::try_from(agent.process.id()).ok().and_then(Pid::from_raw).expect("a process");
    let hard = getrlimit(Resource::Nofile).maximum;
    let limit = |current| prlimit(Some(pid), Resource::Nofile, Rlimit { current, maximum: hard });
    let before = limit(Some(0)).expect("a process of ours");
    let begin = Instant::now();
    let mut late = connect(home.socket()).expect("it waits in the listener's queue");
    late.write_all(&frame::encode(&Request::Hello {}).expect("small")).expect("room for it");
    while begin.elapsed() < 10 * ACCEPT_PAUSE {
        is_served();
    }
    limit(before.current).expect("a process of ours");
    assert!(matches!(read(&mut late), Said::Answer(Answer::Hello(_))));
    is_served();
    let attempts = (begin.elapsed().as_millis() / ACCEPT_PAUSE.as_millis()) as usize + 1;

    drop(silent);
    home.usher(&["--no-start", "agent", "stop"]).expect(0);
    let (_, said) = agent.wait();
    let failed = said.matches("no connection could be accepted").count();
    assert!((1..=attempts).contains(&failed), "{failed} of at most {attempts}: {said}");
}
