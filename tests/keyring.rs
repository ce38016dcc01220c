//! The real programs on a real keyring, each test on a session bus of its own: what a person has after
//! the two commands of the README.

use std::process::Command;

use usher_tests::again;
use usher_tests::home::{Home, dot_cloudflared};
use usher_tests::keyring_daemon::KeyringDaemon;
use usher_tests::session_bus::SessionBus;

use crate::PROGRAMS;
use crate::sandbox::agent_is_confined;

const APP: &str = "--app=https://app.example.test";
/// The agent finds out itself which store works, as it does for a person.
const CHOOSES: &str = "";
/// A daemon that is slow for once shall not lead to the kernel's keyring, which is that of whoever runs the
/// tests.
const KEYRING: &str = "store = \"keyring\"\n";

/// Runs the inner half of a test on a bus of its own, with these lines in the config file.
fn on_a_bus(test: &str, config: &str, inner: fn(KeyringDaemon, Home)) {
    if again::is_inner() {
        let home = Home::new(PROGRAMS);
        home.configure(config);
        return inner(KeyringDaemon::start(), home);
    }
    let bus = SessionBus::start();
    let test = format!("keyring::{test}");
    again::run(&test, bus.surround(&mut Command::new(std::env::current_exe().expect("this test"))));
}

#[test]
fn a_lookup_is_answered_out_of_the_keyring_after_a_restart() {
    on_a_bus("a_lookup_is_answered_out_of_the_keyring_after_a_restart", CHOOSES, |_daemon, home| {
        let folder = dot_cloudflared(home.path());
        let first = home.usher(&["import", "--shred"]).expect(0);
        assert!(first.stderr.contains("keyring"), "the first run says which store: {first:?}");
        let files = std::fs::read_dir(folder).expect("the folder").count();
        assert_eq!(files, 4, "the expired token, its lock and two key sets");
        let before = home.usher(&["access", "token", APP]).expect(0);
        home.usher(&["agent", "stop"]).expect(0);
        let after = home.usher(&["access", "token", APP]).expect(0);
        assert_eq!((before.stdout, after.stderr.as_str()), (after.stdout, ""), "and later runs say nothing");
    });
}

/// The first run tries the keyring, for which threads are started that stay.
#[test]
fn threads_that_the_keyring_needs_are_in_the_agents_sandbox() {
    on_a_bus("threads_that_the_keyring_needs_are_in_the_agents_sandbox", CHOOSES, |_daemon, home| {
        dot_cloudflared(home.path());
        home.usher(&["import"]).expect(0);
        agent_is_confined(&home);
    });
}

#[test]
fn a_keyring_that_is_locked_is_named_and_opens_again() {
    on_a_bus("a_keyring_that_is_locked_is_named_and_opens_again", KEYRING, |daemon, home| {
        dot_cloudflared(home.path());
        home.usher(&["import"]).expect(0);
        daemon.lock();
        home.usher(&["access", "token", APP]).expect(0); // out of memory
        home.usher(&["agent", "stop"]).expect(0);
        let refused = home.usher(&["access", "token", APP]).expect(7);
        assert!(refused.stderr.contains("locked") && refused.stderr.contains("usher unlock"), "{refused:?}");
        assert_eq!(home.usher(&["status", "--json"]).expect(0).json()["state"], "unavailable");
        daemon.unlock();
        home.usher(&["access", "token", APP]).expect(0);
    });
}

#[test]
fn a_keyring_that_hangs_is_an_error_within_seconds_and_then_works_again() {
    on_a_bus(
        "a_keyring_that_hangs_is_an_error_within_seconds_and_then_works_again",
        KEYRING,
        |daemon, home| {
            dot_cloudflared(home.path());
            home.usher(&["import"]).expect(0);
            home.usher(&["agent", "stop"]).expect(0);
            daemon.freeze(true);
            let refused = home.usher(&["access", "token", APP]).expect(7);
            assert!(refused.stderr.contains("did not answer in time"), "{refused:?}");
            daemon.freeze(false);
            home.usher(&["access", "token", APP]).expect(0);
        },
    );
}

#[test]
fn a_keyring_daemon_that_was_replaced_is_found_again() {
    on_a_bus("a_keyring_daemon_that_was_replaced_is_found_again", KEYRING, |daemon, home| {
        dot_cloudflared(home.path());
        home.usher(&["import"]).expect(0);
        daemon.kill();
        home.usher(&["access", "token", APP]).expect(0);
        let again = home.usher(&["import"]).expect(7);
        assert!(again.stdout.contains("not stored"), "{again:?}");
        let _daemon = KeyringDaemon::start();
        home.usher(&["import"]).expect(0);
    });
}
