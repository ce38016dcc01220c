//! Calls that are interrupted: whoever stops a process and lets it go on breaks into what it waits for.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use usher_tests::desk::Desk;
use usher_tests::edge::{Fault, Where};
use usher_tests::home::Home;
use usher_tests::token::{app_token, file_name};
use usher_tests::wire;
use usher_tests::world::eventually;

use crate::{BROWSER, PROGRAMS};

/// Times a process that waits is stopped.
const STOPS: u32 = 5;
/// Long after the tests.
const END: i64 = 4_000_000_000;

/// Stops a child of ours, and lets it go on once it stands still.
fn interrupt(id: u32) {
    let pid = Pid::from_raw(id.try_into().expect("a process id")).expect("a process id");
    kill_process(pid, Signal::STOP).expect("a child of ours");
    let stopped = waitpid(Some(pid), WaitOptions::UNTRACED).expect("a child of ours");
    assert!(stopped.is_some_and(|(_, status)| status.stopped()), "it ended instead");
    kill_process(pid, Signal::CONT).expect("a child of ours");
}

#[test]
fn an_agent_that_is_interrupted_over_and_over_answers_and_stores_as_ever() {
    const COUNT: u32 = 50;
    let home = Home::with_sealed_file(PROGRAMS);
    let agent = home.start_agent(&[]);
    let id = agent.process.id();
    // To open the store takes so much work that it is done before.
    eventually(|| (home.usher(&["list"]).code == Some(0)).then_some(()));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                interrupt(id);
            }
        });
        for number in 0..COUNT {
            let app = format!("app{number}.example.com");
            let from = serde_json::json!({"file": {"name": file_name(&app, number)}});
            let import = serde_json::json!({"import": {"from": from, "secret": app_token(number, END)}});
            let lookup = serde_json::json!({"token": {"app": app}});
            let answers = wire::lines(home.socket(), &[&import.to_string(), &lookup.to_string()]);
            assert_eq!(answers[0]["imported"]["safe"], true, "{answers:?}");
            assert_eq!(answers[1]["token"]["token"], app_token(number, END));
        }
        done.store(true, Ordering::Relaxed);
    });
    agent.crash();
    let list = home.usher(&["list", "--json"]).expect(0).json();
    assert_eq!(list["credentials"].as_array().map(Vec::len), Some(COUNT as usize));
}

/// As a person does with Ctrl-Z and `fg`. A read with a deadline, which is what the client waits in, is
/// one of those that the system does not take up again by itself.
#[test]
fn a_client_that_is_stopped_while_it_waits_goes_on_waiting() {
    let desk = Desk::new(PROGRAMS, BROWSER);
    desk.usher(&["status"]).expect(0);
    let held = desk.edge.fault(Where::Transfer, Fault::HoldBack);
    let client = desk.begin(&["login", "https://app.example.test"]);
    desk.edge.wait_until(|log| log.count_of(Where::Transfer) > 0);
    for _ in 0..STOPS {
        interrupt(client.id());
    }
    drop(held);
    let ran = client.finish().expect(0);
    assert!(!ran.stderr.contains("nterrupted"), "{ran:?}");
}
