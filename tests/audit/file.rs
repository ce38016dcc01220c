//! The log's files: whose they are, how large they get, and what a bad disk does.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use usher_tests::agent::TestAgent;
use usher_tests::home::Home;
use usher_tests::wire::{connect, read_line};
#[cfg(unix)]
use usher_tests::world::eventually;

use super::{lines, told};
use crate::PROGRAMS;

/// Asks for the tokens of applications that nobody has, each with its number, on one connection.
fn ask(agent: &TestAgent, numbers: std::ops::Range<u32>) {
    let mut stream = std::io::BufReader::new(connect(agent.socket()).expect("the agent listens"));
    for number in numbers {
        let request = json!({"token": {"app": format!("app{number}.example.com")}});
        writeln!(stream.get_mut(), "{request}").expect("the agent reads");
        assert!(read_line(&mut stream)["error"].is_object());
    }
}

/// Has everything written.
fn settle(agent: &TestAgent) {
    agent.json(&json!({"forget-all": {}}));
}

fn old(path: &Path, number: u32) -> PathBuf {
    path.with_extension(format!("log.{number}"))
}

#[test]
fn large_logs_are_put_aside_and_no_line_is_lost() {
    const COUNT: u32 = 10_000;
    let agent = TestAgent::start();
    ask(&agent, 0..COUNT);
    settle(&agent);
    let path = agent.audit_log();
    let files: Vec<_> = [old(&path, 4), old(&path, 3), old(&path, 2), old(&path, 1), path.clone()]
        .into_iter()
        .filter(|file| file.exists())
        .collect();
    assert!((3..=5).contains(&files.len()), "{files:?}");
    for file in &files {
        assert!(fs::metadata(file).expect("it is there").len() <= 1024 * 1024);
    }
    let all: Vec<Value> = files.iter().flat_map(|file| lines(file)).collect();
    let labels: Vec<_> = all.iter().filter_map(|line| line["label"].as_str()).collect();
    let expected: Vec<_> = (0..COUNT).map(|number| format!("app{number}.example.com")).collect();
    assert!(labels == expected, "{} lines", labels.len());
}

#[cfg(unix)]
#[test]
fn the_files_are_the_users_alone() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    let home = Home::new(PROGRAMS);
    let log = home.audit_log();
    let _agent = home.start_agent(&[]);
    home.usher(&["forget", "--all"]);
    assert_eq!((mode(&log), mode(log.parent().expect("a folder"))), (0o600, 0o700));
    assert_eq!(mode(&log.with_extension("lock")), 0o600);
    fs::set_permissions(&log, fs::Permissions::from_mode(0o644)).expect("ours");
    home.usher(&["forget", "--all"]);
    assert_eq!((mode(&log), lines(&log).len()), (0o600, 2), "and what others could read is closed to them");
}

#[cfg(unix)]
#[test]
fn a_link_in_its_place_is_not_followed() {
    let agent = TestAgent::start();
    let path = agent.audit_log();
    let victim = path.with_file_name("victim");
    fs::write(&victim, "precious").expect("a file");
    for name in [path.clone(), path.with_extension("lock")] {
        let _ = fs::remove_file(&name);
        std::os::unix::fs::symlink(&victim, &name).expect("a free name");
        agent.token("app1.example.com");
        settle(&agent);
        assert_eq!(fs::read_to_string(&victim).expect("still there"), "precious");
        fs::remove_file(&name).expect("ours");
    }
    settle(&agent);
    let lookup = "token app1.example.com not-found";
    let all = "forget-all - done";
    assert_eq!(told(&lines(&path)), [lookup, all, lookup, all, all], "what waited is written then");
}

#[test]
fn a_place_that_cannot_be_written_to_stops_nobody_and_what_waits_is_written_later() {
    let home = Home::new(PROGRAMS);
    let log = home.audit_log();
    fs::create_dir_all(&log).expect("a folder in the file's place");
    let agent = home.start_agent(&[]);
    for _ in 0..3 {
        home.usher(&["token", "app.example.com"]).expect(3);
        home.usher(&["forget", "--all"]);
    }
    home.usher_with_input(&["lock"], "p\n").expect(0);
    fs::remove_dir(&log).expect("empty");
    home.usher_with_input(&["unlock"], "p\n").expect(0);
    let told = told(&lines(&log));
    assert_eq!((told.first().map(String::as_str), told.len()), (Some("token app.example.com not-found"), 8));
    home.usher(&["agent", "stop"]).expect(0);
    let (status, said) = agent.wait();
    assert!(status.success());
    assert_eq!(said.matches("the audit log cannot be written").count(), 1, "{said}");
}

/// A limit of the file's size stands for a disk that is full: a write stops in the middle of a line.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_nobody_and_leaves_no_half_line() {
    let home = Home::new(PROGRAMS);
    let mut shell = home.command("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\""]).arg(home.program("usher-agent"));
    let agent = usher_tests::process::Foreground::start(shell);
    for _ in 0..40 {
        home.usher(&["token", "app.example.com"]).expect(3);
    }
    home.usher_with_input(&["lock"], "p\n").expect(0);
    let log = home.audit_log();
    // A line that is being tried is cut off again.
    let whole = || fs::read_to_string(&log).ok().filter(|text| text.ends_with('\n'));
    assert!(eventually(whole).len() <= 8 * 1024);
    fs::rename(&log, log.with_file_name("elsewhere")).expect("ours");
    home.usher_with_input(&["unlock"], "q\n").expect(5);
    eventually(whole); // what waited is written as far as there is room
    assert!(lines(&log.with_file_name("elsewhere")).len() > 3);
    home.usher(&["agent", "stop"]).expect(0);
    let (status, said) = agent.wait();
    assert!(status.success() && said.contains("the audit log cannot be written"), "{said}");
}

#[test]
fn it_can_be_turned_off_and_lies_where_usher_is_told_to_be() {
    let home = Home::new(PROGRAMS);
    home.configure("store = \"memory\"\naudit = false\n");
    let agent = home.start_agent(&[]);
    home.usher(&["token", "app.example.com"]).expect(3);
    home.usher(&["agent", "stop"]).expect(0);
    assert!(agent.wait().0.success());
    assert!(!home.audit_log().exists());
    let elsewhere = home.path().join("elsewhere");
    let mut command = home.command(home.program("usher-agent"));
    command.args(["--store", "memory"]).env("USHER_HOME", &elsewhere);
    let agent = usher_tests::process::Foreground::start(command);
    home.usher(&["agent", "stop"]).expect(0);
    assert!(agent.wait().0.success());
    assert_eq!(told(&lines(&elsewhere.join("audit.log"))), ["stop - done"]);
    assert!(!home.audit_log().exists());
}
