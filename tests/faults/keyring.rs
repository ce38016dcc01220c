//! A keyring that is locked in the middle of a call, and a bus that goes away, with a real daemon.

use std::env::current_exe;
use std::process::Command;
use std::time::{Duration, Instant};

use usher_agent::store::keyring::Keyring;
use usher_agent::store::{Store, StoreError};
use usher_tests::again;
use usher_tests::contract::{load, record};
use usher_tests::home::{Home, dot_cloudflared};
use usher_tests::keyring_daemon::KeyringDaemon;
use usher_tests::kills::chance::Chance;
use usher_tests::session_bus::{self, SessionBus};

use crate::PROGRAMS;

const APP: &str = "--app=https://app.example.test";
/// Times the keyring is locked.
const LOCKS: u64 = 15;

/// Runs the inner half of a test on a bus of its own.
fn on_a_bus(test: &str, inner: fn(KeyringDaemon)) {
    if again::is_inner() {
        return inner(KeyringDaemon::start());
    }
    let bus = SessionBus::start();
    let mut command = Command::new(current_exe().expect("this program has a path"));
    again::run(&format!("faults::keyring::{test}"), bus.surround(&mut command));
}

/// A put is half a dozen messages to the daemon; by chance the lock comes between any two of them.
#[test]
fn a_keyring_that_is_locked_in_the_middle_of_a_put_keeps_the_old_or_the_new_one() {
    on_a_bus("a_keyring_that_is_locked_in_the_middle_of_a_put_keeps_the_old_or_the_new_one", |daemon| {
        let (mut store, mut chance) = (Keyring::new("usher"), Chance::new(1, 0));
        let mut kept = record(1, "the first");
        let begin = Instant::now();
        store.put(&kept).expect("it is kept");
        let took = begin.elapsed();
        for lock in 0..LOCKS {
            let pause = took * u32::try_from(chance.below(1000)).expect("small") / 1000;
            let (last, why) = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(pause);
                    daemon.lock();
                });
                // Until the lock is noticed.
                (0_u32..)
                    .find_map(|count| {
                        let next = record(1, &format!("lock {lock}, put {count}"));
                        match store.put(&next) {
                            Ok(()) => {
                                kept = next;
                                None
                            }
                            Err(why) => Some((next, why)),
                        }
                    })
                    .expect("it is locked at last")
            });
            assert!(matches!(why, StoreError::Locked | StoreError::Dismissed), "{why:?}");
            daemon.unlock();
            let found = load(&mut store);
            assert!(
                found == [kept.clone()] || found == [last.clone()],
                "lock {lock}: {found:?} is neither {kept:?} nor {last:?}"
            );
        }
    });
}

#[test]
fn a_bus_that_goes_away_is_told_and_found_again_when_it_comes_back() {
    on_a_bus("a_bus_that_goes_away_is_told_and_found_again_when_it_comes_back", |daemon| {
        let home = Home::new(PROGRAMS);
        home.configure("store = \"keyring\"\n");
        dot_cloudflared(home.path());
        home.usher(&["import"]).expect(0);
        session_bus::crash();
        drop(daemon);
        home.usher(&["access", "token", APP]).expect(0); // out of memory
        let begin = Instant::now();
        let again = home.usher(&["import"]).expect(7);
        assert!(
            again.stdout.contains("not stored") && begin.elapsed() < Duration::from_secs(30),
            "{again:?}"
        );
        home.usher(&["agent", "stop"]).expect(0);
        let refused = home.usher(&["access", "token", APP]).expect(7);
        assert!(refused.stderr.contains("no D-Bus session bus answers"), "{refused:?}");
        let _bus = session_bus::come_back();
        let _daemon = KeyringDaemon::start();
        home.usher(&["access", "token", APP]).expect(0);
        home.usher(&["import"]).expect(0);
    });
}
