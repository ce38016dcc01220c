//! The sealed file.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use usher_agent::seal::Cost;
use usher_agent::store::file::{File, PassphraseSource};
use usher_agent::store::{Store, StoreError};
use usher_proto::Secret;
use usher_tests::contract::{Promises, check, load, record};

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
const PASSPHRASE: &str = "correct horse battery staple";

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("state/credentials.sealed")
    }

    fn closed(&self) -> File {
        at(&self.path())
    }

    fn open(&self) -> File {
        let mut store = self.closed();
        assert_eq!(store.unlock(Some(&secret(PASSPHRASE))), Ok(()));
        store
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).expect("the sealed file")
    }

    /// What lies beside the sealed file and its lock.
    fn litter(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path().parent().expect("a folder")).expect("it can be read");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        names.filter(|name| !name.starts_with("credentials.sealed")).collect()
    }
}

fn at(path: &Path) -> File {
    File::new(path.to_owned(), PassphraseSource::Ask).with_cost(CHEAP)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into()).expect("not empty")
}

#[test]
fn the_file_keeps_its_promises() {
    let place = Place::new();
    let promises = Promises { persists: true, largest: usize::MAX, many: 50 };
    check(promises, &mut || Box::new(place.open()));
    assert_eq!(place.litter(), [""; 0]);
}

#[test]
fn the_first_passphrase_is_the_one_that_opens_it_ever_after() {
    let place = Place::new();
    let mut store = place.closed();
    assert_eq!(store.load(), Err(StoreError::NeedsPassphrase { new: true }));
    assert_eq!(store.unlock(None), Err(StoreError::NeedsPassphrase { new: true }));
    assert!(!place.path().exists());
    assert_eq!(store.unlock(Some(&secret(PASSPHRASE))), Ok(()));
    assert_eq!(store.put(&record(1, "kept")), Ok(()));
    drop(store);
    let mut store = place.closed();
    assert_eq!(store.put(&record(2, "x")), Err(StoreError::NeedsPassphrase { new: false }));
    assert_eq!(store.unlock(Some(&secret("another"))), Err(StoreError::WrongPassphrase));
    assert_eq!(store.load(), Err(StoreError::NeedsPassphrase { new: false }));
    assert_eq!(store.unlock(Some(&secret(PASSPHRASE))), Ok(()));
    assert_eq!(load(&mut store), [record(1, "kept")]);
    assert_eq!(store.unlock(Some(&secret("another"))), Err(StoreError::WrongPassphrase));
    assert_eq!(load(&mut store), [record(1, "kept")], "a wrong try closes nothing");
}

#[test]
fn nothing_of_it_can_be_read_without_the_passphrase() {
    let place = Place::new();
    place.open().put(&record(1, "canary-canary-canary")).expect("it is kept");
    let bytes = place.bytes();
    for word in ["canary", "example", "app-", "token", PASSPHRASE] {
        let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!found, "{word} is there in clear");
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let place = Place::new();
    let mut open = place.open();
    open.put(&record(1, "kept")).expect("it is kept");
    let whole = place.bytes();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(place.path(), &changed).expect("it is ours");
        let seen = open.load();
        assert!(matches!(seen, Err(StoreError::Damaged(_))), "byte {at}: {seen:?}");
        let refused = open.put(&record(2, "x"));
        assert!(matches!(refused, Err(StoreError::Damaged(_))), "byte {at}: {refused:?}");
        assert!(place.bytes() == changed, "byte {at}: it was written over");
    }
    drop(open);
    // The header's cost may be changed to one that takes hours: its bytes are tried elsewhere.
    let header = 9 + 1 + 3 * 4;
    for at in (0..whole.len()).filter(|at| !(10..header).contains(at)) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(place.path(), &changed).expect("it is ours");
        let seen = place.closed().unlock(Some(&secret(PASSPHRASE)));
        assert!(matches!(seen, Err(StoreError::Damaged(_) | StoreError::WrongPassphrase)), "byte {at}");
    }
    for length in 0..whole.len() {
        fs::write(place.path(), &whole[..length]).expect("it is ours");
        let seen = place.closed().unlock(Some(&secret(PASSPHRASE)));
        assert!(matches!(seen, Err(StoreError::Damaged(_) | StoreError::WrongPassphrase)), "{length} bytes");
    }
    fs::write(place.path(), &whole).expect("it is ours");
    assert_eq!(load(&mut place.open()), [record(1, "kept")]);
}

#[test]
fn a_header_that_asks_for_too_much_is_refused_before_it_is_paid() {
    let place = Place::new();
    drop(place.open());
    let whole = place.bytes();
    for number in 0..3 {
        let mut hostile = whole.clone();
        let at = 10 + number * 4;
        hostile[at..at + 4].fill(0xff);
        fs::write(place.path(), hostile).expect("it is ours");
        let seen = place.closed().unlock(Some(&secret(PASSPHRASE)));
        assert!(matches!(seen, Err(StoreError::Unavailable(_))), "{seen:?}");
    }
}

#[test]
fn a_file_of_a_newer_version_is_named_as_that() {
    let place = Place::new();
    drop(place.open());
    let mut bytes = place.bytes();
    bytes[9] = 2;
    fs::write(place.path(), bytes).expect("it is ours");
    let error = place.closed().unlock(Some(&secret(PASSPHRASE))).expect_err("a newer one");
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[test]
fn a_file_that_vanished_is_not_taken_for_an_empty_one() {
    let place = Place::new();
    let mut store = place.open();
    store.put(&record(1, "kept")).expect("it is kept");
    fs::remove_file(place.path()).expect("it is ours");
    assert!(matches!(store.load(), Err(StoreError::Damaged(_))));
    assert!(matches!(store.put(&record(2, "x")), Err(StoreError::Damaged(_))));
}

#[test]
fn two_agents_never_write_at_once() {
    let place = Place::new();
    let mut first = place.open();
    first.put(&record(1, "kept")).expect("it is kept");
    let mut second = place.closed();
    assert_eq!(second.unlock(Some(&secret(PASSPHRASE))), Err(StoreError::InUse));
    assert_eq!(second.load(), Err(StoreError::InUse));
    drop(first);
    assert_eq!(second.unlock(Some(&secret(PASSPHRASE))), Ok(()));
    assert_eq!(load(&mut second), [record(1, "kept")]);
}

#[test]
fn what_a_crash_left_behind_goes() {
    let place = Place::new();
    drop(place.open());
    let folder = place.path().parent().expect("a folder").to_owned();
    fs::write(folder.join(".credentials.sealed.0123456789abcdef.tmp"), "half").expect("it is ours");
    fs::write(folder.join(".other.0123456789abcdef.tmp"), "of another").expect("it is ours");
    drop(place.open());
    assert_eq!(place.litter(), [".other.0123456789abcdef.tmp"]);
}

#[test]
fn closed_it_opens_with_the_key_that_it_handed_out_and_with_no_other() {
    let place = Place::new();
    let mut store = place.open();
    store.put(&record(1, "kept")).expect("it is kept");
    let key = store.close().expect("it has a key");
    assert!(store.close().is_none(), "it is closed");
    assert_eq!(store.load(), Err(StoreError::NeedsPassphrase { new: false }));
    store.reopen(secret("not a key"));
    assert_eq!(store.load(), Err(StoreError::NeedsPassphrase { new: false }));
    store.reopen(secret("a wrong key of the right length!"));
    assert!(matches!(store.load(), Err(StoreError::Damaged(_))));
    assert!(store.close().is_some());
    store.reopen(key);
    assert_eq!(load(&mut store), [record(1, "kept")]);
}

#[cfg(unix)]
mod unix {
    use std::env::{current_exe, var_os};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use usher_tests::again;
    use usher_tests::contract::jwt_like;

    use super::*;

    const NOBODY: u32 = 65_534;
    /// Names the sealed file for the inner run.
    const SEALED: &str = "USHER_TEST_SEALED";

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn only_this_user_may_read_it() {
        let place = Place::new();
        place.open().put(&record(1, "kept")).expect("it is kept");
        assert_eq!(mode(&place.path()), 0o600);
        assert_eq!(mode(&place.path().with_extension("sealed.lock")), 0o600);
        assert_eq!(mode(place.path().parent().expect("a folder")), 0o700);
    }

    #[test]
    fn a_passphrase_in_a_file_opens_it_without_being_asked() {
        let place = Place::new();
        let words = place.0.path().join("passphrase");
        let open = || File::new(place.path(), PassphraseSource::File(words.clone())).with_cost(CHEAP);
        let refused = |why: &str| {
            let error = open().load().expect_err("of no use");
            assert!(matches!(error, StoreError::PassphraseFile(_)), "{error:?}");
            assert!(error.to_string().contains(why), "{error}");
            assert!(!place.path().exists());
        };
        refused("not there");
        fs::write(&words, "").expect("a file");
        allow(&words, 0o640);
        refused("others may read");
        allow(&words, 0o600);
        refused("empty");
        fs::write(&words, "\n").expect("a file");
        refused("empty");
        fs::write(&words, "x".repeat(5000)).expect("a file");
        refused("larger");
        fs::write(&words, format!("{PASSPHRASE}\n")).expect("a file");
        let mut store = open();
        assert_eq!(store.put(&record(1, "kept")), Ok(()));
        assert!(store.close().is_some());
        assert_eq!(store.load(), Err(StoreError::NeedsPassphrase { new: false }), "closed is closed");
        assert_eq!(store.unlock(None), Ok(()));
        drop(store);
        assert_eq!(load(&mut place.open()), [record(1, "kept")], "the line's end is not part of it");
    }

    #[test]
    fn a_passphrase_in_a_pipe_is_refused_and_not_waited_for() {
        let place = Place::new();
        let pipe = place.0.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let mut store = File::new(place.path(), PassphraseSource::File(pipe)).with_cost(CHEAP);
        assert!(matches!(store.load(), Err(StoreError::PassphraseFile(_))));
    }

    #[test]
    fn systemd_hands_the_passphrase_over() {
        let place = Place::new();
        let words = place.0.path().join("usher.passphrase");
        fs::write(&words, PASSPHRASE).expect("a file");
        allow(&words, 0o440); // as systemd does it: read by ACL, owned by root
        let source = PassphraseSource::systemd(place.0.path());
        let mut store = File::new(place.path(), source).with_cost(CHEAP);
        assert_eq!(store.put(&record(1, "kept")), Ok(()));
        drop(store);
        assert_eq!(load(&mut place.open()), [record(1, "kept")]);
    }

    /// Root may write everywhere, so the inner run is somebody else.
    #[test]
    fn a_folder_that_may_not_be_written_to_can_still_be_read() {
        const TEST: &str = "stores::file::unix::a_folder_that_may_not_be_written_to_can_still_be_read";
        if !again::is_inner() && rustix::process::geteuid().is_root() {
            // The program may lie where nobody else may go.
            let folder = tempfile::tempdir().expect("a temporary folder");
            allow(folder.path(), 0o755);
            let program = folder.path().join("tests");
            fs::copy(current_exe().expect("this program"), &program).expect("a copy");
            return again::run(TEST, Command::new(&program).uid(NOBODY).gid(NOBODY).current_dir("/"));
        }
        let place = Place::new();
        place.open().put(&record(1, "kept")).expect("it is kept");
        fs::remove_file(place.path().with_extension("sealed.lock")).expect("it is ours");
        let folder = place.path().parent().expect("a folder").to_owned();
        let before = place.bytes();
        allow(&folder, 0o500);
        let mut store = place.open();
        let seen = load(&mut store);
        let refused = (store.put(&record(2, "x")), store.remove(&record(1, "x").credential.id));
        allow(&folder, 0o700);
        assert_eq!(seen, [record(1, "kept")]);
        let denied = Err(StoreError::File(std::io::ErrorKind::PermissionDenied));
        assert_eq!(refused, (denied, denied));
        assert_eq!(place.bytes(), before);
    }

    /// A disk without room, as far as this process can tell: a limit on what it may write.
    #[test]
    fn a_full_disk_is_told_and_leaves_the_old_file() {
        const TEST: &str = "stores::file::unix::a_full_disk_is_told_and_leaves_the_old_file";
        if again::is_inner() {
            let path = PathBuf::from(var_os(SEALED).expect("set by the outer run"));
            let mut store = at(&path);
            assert_eq!(store.unlock(Some(&secret(PASSPHRASE))), Ok(()));
            let mut large = record(1, "x");
            large.secret = Secret::new(jwt_like(64 * 1024)).expect("not empty").into();
            let refused = store.put(&large);
            assert!(matches!(refused, Err(StoreError::Full(_))), "{refused:?}");
            assert_eq!(load(&mut store), [record(1, "kept")]);
            assert_eq!(store.put(&record(2, "small")), Ok(()), "what fits is still taken");
            return;
        }
        let place = Place::new();
        place.open().put(&record(1, "kept")).expect("it is kept");
        let limited = r#"trap "" XFSZ; ulimit -f 16; exec "$0" "$@""#; // 16 blocks of 512 bytes
        let mut command = Command::new("sh");
        command.args(["-c", limited]).arg(current_exe().expect("this program")).env(SEALED, place.path());
        again::run(TEST, &mut command);
        assert_eq!(place.litter(), [""; 0], "the half-written file is gone");
        assert_eq!(load(&mut place.open()), [record(1, "kept"), record(2, "small")]);
    }
}
