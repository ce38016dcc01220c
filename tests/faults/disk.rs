//! A small disk that is full, and a disk that nothing can be written to, under the real agent: both are
//! mounted for the test alone.

use std::env::current_exe;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use usher_tests::again;
use usher_tests::home::Home;
use usher_tests::kills::files::below;
use usher_tests::process::Foreground;
use usher_tests::token::{app_token, file_name};
use usher_tests::wire;
use usher_tests::world::eventually;

use super::code;
use crate::PROGRAMS;

/// Has mounts of its own, which end with it. In a user namespace everybody may mount.
const OWN_MOUNTS: [&str; 4] = ["--user", "--map-root-user", "--mount", "--"];
/// Long after the tests.
const END: i64 = 4_000_000_000;

/// Runs the inner half of a test with mounts of its own, in a home whose store is on a disk of 64 KiB.
fn on_a_small_disk(test: &str, inner: fn(&Home, &Path)) {
    if again::is_inner() {
        let home = Home::with_sealed_file(PROGRAMS);
        let disk = home.path().join(".local/share/usher");
        fs::create_dir_all(&disk).expect("a folder");
        mount(&["-t", "tmpfs", "-o", "size=64k,mode=700", "none"], &disk);
        inner(&home, &disk);
        return;
    }
    let tried = Command::new("unshare").args(OWN_MOUNTS).arg("true").output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        let _ = writeln!(io::stderr(), "skipped {test}: nobody may mount here (unshare --user --mount)");
        return;
    }
    let mut command = Command::new("unshare");
    command.args(OWN_MOUNTS).arg(current_exe().expect("this program has a path"));
    again::run(&format!("faults::disk::{test}"), &mut command);
}

fn mount(words: &[&str], at: &Path) {
    let mounted = Command::new("mount").args(words).arg(at).output().expect("mount is everywhere");
    assert!(mounted.status.success(), "{}", String::from_utf8_lossy(&mounted.stderr));
}

/// Starts the agent, and waits until its store is open: on a machine with too much to do that takes longer
/// than the agent lets anybody wait.
fn start(home: &Home) -> Foreground {
    let agent = home.start_agent(&[]);
    eventually(|| ask(home, &json!({"list": {}}))["list"].is_object().then_some(()));
    agent
}

fn ask(home: &Home, request: &Value) -> Value {
    wire::lines(home.socket(), &[&request.to_string()]).remove(0)
}

fn app(number: u32) -> String {
    format!("app{number}.example.com")
}

/// Hands a token over; shows the trouble with storing it.
fn trouble(home: &Home, number: u32) -> Value {
    let from = json!({"file": {"name": file_name(&app(number), number)}});
    let answer = ask(home, &json!({"import": {"from": from, "secret": app_token(number, END)}}));
    let imported = &answer["imported"];
    assert_eq!(imported["safe"], imported["trouble"].is_null(), "{answer}");
    imported["trouble"]["code"].clone()
}

fn serves(home: &Home, number: u32) -> bool {
    ask(home, &json!({"token": {"app": app(number)}}))["token"]["token"] == app_token(number, END)
}

fn unsaved(home: &Home) -> Value {
    ask(home, &json!({"status": {}}))["status"]["unsaved"].clone()
}

/// Looks at what the next agent has, while the store fails as `code` says, and that nothing is lost.
fn nothing_is_lost(home: &Home, code_of_failure: &str) {
    assert_eq!(trouble(home, 2), code_of_failure);
    assert!(serves(home, 1) && serves(home, 2), "both are served out of memory");
    assert_eq!(unsaved(home), 1);
    let stored = ask(home, &json!({"token": {"app": app(1)}}))["token"]["credential"]["id"].clone();
    assert_eq!(code(&ask(home, &json!({"forget": {"id": stored}}))), code_of_failure, "it would come back");
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    on_a_small_disk("a_full_disk_is_told_and_nothing_is_lost", |home, disk| {
        let agent = start(home);
        assert_eq!(trouble(home, 1), Value::Null);
        let before = below(disk);
        let filler = fill(disk);
        nothing_is_lost(home, "store-full");
        agent.crash();
        fs::remove_file(&filler).expect("it is ours");
        assert_eq!(below(disk), before, "the file that did not fit is gone");
        fill(disk);
        let _agent = start(home);
        assert!(serves(home, 1) && !serves(home, 2), "what was never stored went with the agent");
        assert_eq!(trouble(home, 2), "store-full");
        fs::remove_file(&filler).expect("it is ours");
        assert_eq!(trouble(home, 1), Value::Null);
        assert_eq!(unsaved(home), 0, "with room again, what was left over was stored too");
    });
}

/// Writes until nothing more fits.
fn fill(disk: &Path) -> PathBuf {
    let filler = disk.join("filler");
    let mut file = fs::File::create(&filler).expect("a file");
    let full = loop {
        if let Err(error) = file.write_all(&[0; 512]) {
            break error.kind();
        }
    };
    assert_eq!(full, ErrorKind::StorageFull);
    filler
}

#[test]
fn a_disk_that_became_read_only_is_read_and_told() {
    on_a_small_disk("a_disk_that_became_read_only_is_read_and_told", |home, disk| {
        let agent = start(home);
        assert_eq!(trouble(home, 1), Value::Null);
        let same = disk.to_str().expect("text");
        mount(&["--bind", same], disk);
        mount(&["-o", "remount,bind,ro"], disk);
        nothing_is_lost(home, "store-failed");
        agent.crash();
        let _agent = start(home);
        assert!(serves(home, 1) && !serves(home, 2));
        assert_eq!(trouble(home, 2), "store-failed");
        assert!(Command::new("umount").arg(disk).status().expect("umount is everywhere").success());
        assert_eq!(trouble(home, 1), Value::Null);
        assert_eq!(unsaved(home), 0, "what was left over was stored too");
    });
}
