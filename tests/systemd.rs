//! The units of the README, under a systemd of a user's.

mod group;
mod manager;

use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire::{ask, connect};

use self::manager::{Manager, lacks};

/// Long after today.
const END: i64 = 4_000_000_000;

#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
#[test]
fn the_units_start_an_agent_that_is_asked_and_end_it() {
    if let Some(lacks) = lacks() {
        return println!("skipped: {lacks}");
    }
    let Some(manager) = Manager::start() else { return println!("skipped: systemd does not run here") };
    manager.systemctl(&["start", "usher.socket"]).expect(0);
    assert_eq!(manager.service("MainPID"), "0", "nobody has asked yet");
    let first = manager.agent();
    assert_eq!(manager.service("MainPID"), first);

    let import = import_file(&file_name("app.example.com", 1), &app_token(1, END));
    let mut stream = connect(&manager.home.path().join("run/usher/agent.sock")).expect("it listens");
    ask(&mut stream, &usher_proto::Request::Import(import));
    let token = manager.usher(&["token", "https://app.example.com"]).expect(0).stdout;
    assert_eq!(token, app_token(1, END));
    let status = manager.usher(&["status"]).expect(0).stdout;
    assert!(status.contains("no-new-privileges"), "the agent's own sandbox fits into the unit's: {status}");

    manager.systemctl(&["stop", "usher.service"]).expect(0);
    assert_eq!((manager.service("Result"), manager.service("MainPID")), ("success".into(), "0".into()));
    let second = manager.agent();
    assert_ne!(first, second, "the socket starts another one");
    assert_eq!(manager.service("NRestarts"), "0");
}
