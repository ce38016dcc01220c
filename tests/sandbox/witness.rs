//! The process beside the agent that tells what others run.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use usher_tests::home::Home;
use usher_tests::process::Foreground;
use usher_tests::world::eventually;

use super::children;
use crate::{PROGRAMS, audit};

fn witness_of(agent: &Foreground) -> u32 {
    let [witness] = *children(agent.process.id()) else { panic!("one process beside the agent") };
    witness
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("not 0");
    kill_process(pid, signal).expect("our own process");
}

/// Tells whether a process has ended; nobody may have asked yet how.
fn has_ended(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_none_or(|state| state.is_empty() || state.starts_with('Z'))
}

#[test]
fn it_ends_with_the_agent_however_that_ends() {
    for signal in [Signal::TERM, Signal::KILL] {
        let home = Home::new(PROGRAMS);
        let agent = home.start_agent(&[]);
        let witness = witness_of(&agent);
        assert!(!has_ended(witness));
        send(agent.process.id(), signal);
        agent.wait();
        eventually(|| has_ended(witness).then_some(()));
    }
}

/// A key in the terminal, or a service manager, sends them to all of its processes.
#[test]
fn signals_to_end_are_the_agents_alone() {
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        send(witness_of(&agent), signal);
    }
    home.usher(&["forget", "app-000000000000"]).expect(3);
    assert!(audit::lines(&home.audit_log())[0]["exe"].is_string());
}

#[test]
fn without_it_the_agent_works_and_names_nobody() {
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let witness = witness_of(&agent);
    send(witness, Signal::KILL);
    eventually(|| has_ended(witness).then_some(()));
    home.usher(&["forget", "app-000000000000"]).expect(3);
    let lines = audit::lines(&home.audit_log());
    if super::kernel_has_it_all() {
        assert_eq!((&lines[0]["exe"], &lines[0]["parent"]), (&Value::Null, &Value::Null));
    }
    assert!(lines[0]["pid"].is_number());
}

/// Needs root, for whom alone the list of its descriptors is.
#[test]
#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
fn it_holds_nothing_of_the_agents() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root sees the descriptors of a process that keeps its memory to itself");
        return;
    }
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    home.usher(&["forget", "app-000000000000"]).expect(3); // so that it is there, and waits
    let descriptors = fs::read_dir(format!("/proc/{}/fd", witness_of(&agent))).expect("root may");
    let open: Vec<_> =
        descriptors.map(|found| fs::read_link(found.expect("one").path()).expect("it waits")).collect();
    assert!(open.len() == 1 && open[0].to_string_lossy().starts_with("socket:"), "{open:?}");
}
