//! The OS keyring: a real one.

use usher_agent::store::keyring::Keyring;
use usher_tests::contract::{Promises, check};

const PROMISES: Promises = Promises { persists: true, largest: 64 * 1024, many: 50 };

/// Where the keyring is the system's own, it is that of whoever runs the tests; the items are named
/// so that no other's are touched, and removed.
#[cfg(not(target_os = "linux"))]
#[test]
fn the_keyring_keeps_its_promises() {
    let service = format!("usher-test-{}", std::process::id());
    check(PROMISES, &mut || Box::new(Keyring::new(&service)));
}

#[cfg(target_os = "linux")]
mod secret_service {
    use std::env::current_exe;
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use usher_agent::store::choose::{Opened, Settings, open};
    use usher_agent::store::file::PassphraseSource;
    use usher_agent::store::{Store, StoreError, StoreName};
    use usher_tests::again;
    use usher_tests::contract::{load, record};
    use usher_tests::keyring_daemon::{INSTALL, KeyringDaemon};
    use usher_tests::session_bus::SessionBus;

    use super::*;

    const SERVICE: &str = "usher";

    /// Runs the test's body in a process that has a session bus of its own.
    fn on_a_bus(test: &str, body: impl FnOnce()) {
        if again::is_inner() {
            return body();
        }
        let bus = SessionBus::start();
        let mut command = Command::new(current_exe().expect("this program"));
        let test = format!("stores::keyring::secret_service::{test}");
        again::run(&test, bus.surround(&mut command));
    }

    fn secret_tool(arguments: &[&str]) -> String {
        let output = Command::new("secret-tool")
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("secret-tool: {error}; {INSTALL}"));
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    #[test]
    fn the_keyring_keeps_its_promises() {
        on_a_bus("the_keyring_keeps_its_promises", || {
            let _daemon = KeyringDaemon::start();
            check(PROMISES, &mut || Box::new(Keyring::new(SERVICE)));
        });
    }

    #[test]
    fn a_person_can_tell_what_an_item_is() {
        on_a_bus("a_person_can_tell_what_an_item_is", || {
            let _daemon = KeyringDaemon::start();
            let mut record = record(1, "canary");
            let mut store = Keyring::new(SERVICE);
            store.put(&record).expect("it is kept");
            let seen = secret_tool(&["search", "service", "usher"]);
            let label = "label = usher: Access app token for app.example.com (profile default)";
            assert!(seen.contains(label), "{seen}");
            assert!(seen.contains("attribute.username = app-000000000001"), "{seen}");
            std::sync::Arc::make_mut(&mut record.credential).label = "other.example.com".to_owned();
            store.put(&record).expect("it is replaced");
            let seen = secret_tool(&["search", "--all", "service", "usher"]);
            assert!(seen.contains("usher: Access app token for other.example.com"), "{seen}");
            assert_eq!(seen.matches("label =").count(), 1, "{seen}");
        });
    }

    #[test]
    fn items_of_others_are_left_alone() {
        on_a_bus("items_of_others_are_left_alone", || {
            let _daemon = KeyringDaemon::start();
            let mut other = Keyring::new("another");
            other.put(&record(1, "theirs")).expect("it is kept");
            let mut store = Keyring::new(SERVICE);
            assert_eq!(load(&mut store), []);
            store.remove(&record(1, "x").credential.id).expect("nothing to remove");
            assert_eq!(load(&mut other), [record(1, "theirs")]);
        });
    }

    /// Some other program may write what looks like ours.
    #[test]
    fn an_item_that_is_no_record_is_left_out_and_stays() {
        on_a_bus("an_item_that_is_no_record_is_left_out_and_stays", || {
            let _daemon = KeyringDaemon::start();
            let mut store = Keyring::new(SERVICE);
            store.put(&record(1, "ours")).expect("it is kept");
            let script =
                "printf nonsense | secret-tool store --label=x service usher username app-000000000002";
            let status = Command::new("sh").args(["-c", script]).status().expect("a shell");
            assert!(status.success(), "{INSTALL}");
            let script = "printf theirs | secret-tool store --label=x service usher colour red";
            let status = Command::new("sh").args(["-c", script]).status().expect("a shell");
            assert!(status.success(), "{INSTALL}");
            assert_eq!(load(&mut store), [record(1, "ours")]);
            let damaged = store.holds(&record(2, "x"));
            assert!(matches!(damaged, Err(StoreError::Damaged(_))), "{damaged:?}");
            assert!(secret_tool(&["lookup", "username", "app-000000000002"]).contains("nonsense"));
        });
    }

    #[test]
    fn a_locked_keyring_asks_nobody_and_works_again_when_it_is_open() {
        on_a_bus("a_locked_keyring_asks_nobody_and_works_again_when_it_is_open", || {
            let daemon = KeyringDaemon::start();
            let mut store = Keyring::new(SERVICE);
            store.put(&record(1, "kept")).expect("it is kept");
            daemon.lock();
            let id = record(1, "x").credential.id.clone();
            assert_eq!(store.load(), Err(StoreError::Locked));
            assert_eq!(store.holds(&record(1, "kept")), Err(StoreError::Locked));
            assert_eq!(store.put(&record(1, "new")), Err(StoreError::Locked));
            assert_eq!(store.remove(&id), Err(StoreError::Locked));
            assert_eq!(Keyring::new(SERVICE).load(), Err(StoreError::Locked), "a fresh connection too");
            // Here is no desktop on which the system could ask: that ends too.
            assert_eq!(store.unlock(None), Err(StoreError::Dismissed));
            assert_eq!(store.load(), Err(StoreError::Locked));
            daemon.unlock();
            assert_eq!(load(&mut store), [record(1, "kept")]);
            store.put(&record(1, "new")).expect("it is kept");
            assert_eq!(store.unlock(None), Ok(()), "it is open already");
        });
    }

    #[test]
    fn a_daemon_that_was_killed_and_came_back_is_found_again() {
        on_a_bus("a_daemon_that_was_killed_and_came_back_is_found_again", || {
            let daemon = KeyringDaemon::start();
            let mut store = Keyring::new(SERVICE);
            store.put(&record(1, "kept")).expect("it is kept");
            daemon.kill();
            for result in [store.load().map(drop), store.put(&record(1, "lost")), store.unlock(None)] {
                assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
            }
            let _daemon = KeyringDaemon::start();
            assert_eq!(load(&mut store), [record(1, "kept")]);
            store.put(&record(2, "new")).expect("it is kept");
        });
    }

    /// The same, but nobody calls in between: the old connection's session is unknown to the new
    /// daemon.
    #[test]
    fn a_daemon_that_was_replaced_is_not_noticed() {
        on_a_bus("a_daemon_that_was_replaced_is_not_noticed", || {
            let daemon = KeyringDaemon::start();
            let mut store = Keyring::new(SERVICE);
            store.put(&record(1, "kept")).expect("it is kept");
            daemon.kill();
            let daemon = KeyringDaemon::start();
            store.put(&record(2, "new")).expect("written on a new connection");
            daemon.kill();
            let _daemon = KeyringDaemon::start();
            assert_eq!(load(&mut store), [record(1, "kept"), record(2, "new")]);
        });
    }

    #[test]
    fn a_call_to_a_daemon_that_hangs_ends_when_it_goes_on() {
        on_a_bus("a_call_to_a_daemon_that_hangs_ends_when_it_goes_on", || {
            let daemon = KeyringDaemon::start();
            let mut store = Keyring::new(SERVICE);
            store.put(&record(1, "kept")).expect("it is kept");
            daemon.freeze(true);
            let (done, result) = mpsc::channel();
            let call = thread::spawn(move || done.send(load(&mut store)));
            let early = result.recv_timeout(Duration::from_millis(200));
            assert_eq!(early, Err(mpsc::RecvTimeoutError::Timeout));
            daemon.freeze(false);
            let late = result.recv_timeout(Duration::from_secs(30)).expect("the call ends");
            assert_eq!(late, [record(1, "kept")]);
            call.join().expect("the thread ends").expect("the result was taken");
        });
    }

    fn choose() -> Opened {
        let state = tempfile::tempdir().expect("a temporary folder");
        let settings = Settings {
            asked: None,
            remembered_in: state.path().join("store"),
            file: state.path().join("sealed"),
            passphrase: PassphraseSource::Ask,
        };
        open(settings).expect("a store works")
    }

    #[test]
    fn auto_takes_the_keyring_even_a_locked_one_and_leaves_no_trace() {
        on_a_bus("auto_takes_the_keyring_even_a_locked_one_and_leaves_no_trace", || {
            let daemon = KeyringDaemon::start();
            let mut opened = choose();
            assert_eq!((opened.name, opened.chosen.as_str()), (StoreName::Keyring, "the first that works"));
            assert_eq!(load(&mut *opened.store), []);
            assert!(!secret_tool(&["search", "--all", "service", "usher-probe"]).contains("label"));
            daemon.lock();
            let mut opened = choose();
            assert_eq!(opened.name, StoreName::Keyring);
            assert_eq!(opened.store.load(), Err(StoreError::Locked));
        });
    }

    #[test]
    fn auto_passes_a_bus_without_a_keyring_over_and_says_why() {
        on_a_bus("auto_passes_a_bus_without_a_keyring_over_and_says_why", || {
            let opened = choose();
            assert_eq!(opened.name, StoreName::Kernel);
            assert!(opened.chosen.contains("keyring: no Secret Service"), "{}", opened.chosen);
        });
    }
}
