//! The kernel's keyring: the real one of whoever runs the tests, under names of our own.

use std::env::{current_exe, var};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use usher_agent::store::kernel::Kernel;
use usher_agent::store::{Store, StoreError};
use usher_proto::Secret;
use usher_tests::again;
use usher_tests::contract::{Promises, check, jwt_like, load, record};

/// Names the keys of the outer run for the inner one.
const SERVICE: &str = "USHER_TEST_SERVICE";

/// Keys with names of their own, removed at the end. One test at a time: they share a quota.
struct Keys {
    service: String,
    _alone: MutexGuard<'static, ()>,
}

impl Keys {
    fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { service: format!("usher-test-{}-{count}", std::process::id()), _alone: alone }
    }

    fn open(&self) -> Kernel {
        Kernel::new(&self.service)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let mut store = self.open();
        for record in store.load().unwrap_or_default().records {
            let _ = store.remove(&record.credential.id);
        }
    }
}

#[test]
fn the_kernel_keeps_its_promises() {
    let keys = Keys::new();
    let promises = Promises { persists: true, largest: 16 * 1024, many: 20 };
    check(promises, &mut || Box::new(keys.open()));
}

/// A login has a session keyring that links to the user keyring; a service or a container often has
/// none that does.
#[test]
fn every_session_of_the_user_shares_the_records() {
    const TEST: &str = "stores::kernel::every_session_of_the_user_shares_the_records";
    if again::is_inner() {
        let mut store = Kernel::new(&var(SERVICE).expect("set by the outer run"));
        assert_eq!(load(&mut store), [record(1, "from outside")]);
        assert_eq!(store.put(&record(1, "replaced inside")), Ok(()));
        assert_eq!(store.put(&record(2, "from inside")), Ok(()));
        return;
    }
    let keys = Keys::new();
    let mut store = keys.open();
    store.put(&record(1, "from outside")).expect("it is kept");
    let mut command = Command::new("keyctl");
    command.args(["session", "-"]).arg(current_exe().expect("this program")).env(SERVICE, &keys.service);
    assert!(Command::new("keyctl").arg("--version").output().is_ok(), "apt-get install keyutils");
    again::run(TEST, &mut command);
    assert_eq!(load(&mut store), [record(1, "replaced inside"), record(2, "from inside")]);
    assert_eq!(store.remove(&record(2, "x").credential.id), Ok(()));
}

/// Root has a quota that no test fills, so the inner run is somebody else.
#[test]
fn a_full_quota_is_told_and_leaves_what_was_there() {
    const TEST: &str = "stores::kernel::a_full_quota_is_told_and_leaves_what_was_there";
    const NOBODY: u32 = 65_534;
    if !again::is_inner() && rustix::process::geteuid().is_root() {
        // The program may lie where nobody else may go.
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let program = folder.path().join("tests");
        fs::copy(current_exe().expect("this program"), &program).expect("a copy");
        return again::run(TEST, Command::new(&program).uid(NOBODY).gid(NOBODY).current_dir("/"));
    }
    let keys = Keys::new();
    let mut store = keys.open();
    let large = |number| {
        let mut large = record(number, "x");
        large.secret = Secret::new(jwt_like(3000)).expect("not empty").into();
        large
    };
    let mut kept = Vec::new();
    let full = loop {
        let next = large(kept.len());
        match store.put(&next) {
            Ok(()) => kept.push(next),
            Err(error) => break error,
        }
        assert!(kept.len() < 100, "there is no quota");
    };
    let StoreError::Full(limit) = full else { panic!("{full:?}") };
    assert!(limit.contains("20,000 bytes and 200 keys"), "{limit}");
    assert!(!kept.is_empty());
    assert_eq!(load(&mut store), kept, "what was there is intact");
    // A record that would grow keeps its old form.
    let mut grown = kept[0].clone();
    grown.secret = Secret::new(jwt_like(15_000)).expect("not empty").into();
    assert!(matches!(store.put(&grown), Err(StoreError::Full(_))));
    assert_eq!(load(&mut store), kept);
    // Room that is given back can be used.
    let first = kept.remove(0);
    assert_eq!(store.remove(&first.credential.id), Ok(()));
    // The payload's room comes back at once, that of the key itself a moment later.
    let end = Instant::now() + Duration::from_secs(10);
    while let Err(error) = store.put(&first) {
        assert!(Instant::now() < end, "the quota of a removed key does not come back: {error:?}");
        thread::yield_now();
    }
}

/// A stranger's key may have a description longer than anything of ours.
#[test]
fn keys_of_other_programs_are_no_trouble() {
    let keys = Keys::new();
    let _theirs = Stranger::add(&format!("{}:{}", keys.service.replace("usher", "other"), "x".repeat(600)));
    let mut store = keys.open();
    store.put(&record(1, "ours")).expect("it is kept");
    assert_eq!(load(&mut store), [record(1, "ours")]);
}

/// Another program's key in the user's keyring, removed at the end.
struct Stranger {
    id: String,
}

impl Stranger {
    fn add(description: &str) -> Self {
        let added = Command::new("keyctl").args(["add", "user", description, "theirs", "@u"]).output();
        let added = added.expect("apt-get install keyutils");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        Self { id: String::from_utf8_lossy(&added.stdout).trim().to_owned() }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = Command::new("keyctl").args(["unlink", &self.id, "@u"]).status();
    }
}
