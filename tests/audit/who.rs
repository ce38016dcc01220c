//! Who a line says it was: the real client, and the shell that started it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use usher_tests::home::Home;
use usher_tests::process::run;

use super::lines;
use crate::PROGRAMS;

#[test]
fn a_line_names_the_process_that_asked_and_the_one_that_started_it() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let usher = home.program("usher");
    let mut shell = home.command("sh");
    let script = format!("{} forget app-000000000000 > said & echo $$ $!; wait", usher.display());
    shell.args(["-c", &script]);
    let ran = run(shell, "");
    let pids: Vec<u32> =
        ran.stdout.split_whitespace().map(|pid| pid.parse().expect("a process id")).collect();
    let line = lines(&home.audit_log()).remove(0);
    assert_eq!(line["verb"], "forget");
    assert_eq!(line["uid"], rustix::process::geteuid().as_raw());
    assert_eq!(line["pid"], pids[1]);
    if cfg!(any(target_os = "linux", target_os = "macos")) {
        let real = |path: &Path| json!(fs::canonicalize(path).expect("it is there"));
        assert_eq!(line["exe"], real(&usher));
        assert_eq!(line["parent"]["pid"], pids[0]);
        let shell = std::env::split_paths(&std::env::var_os("PATH").expect("a path"))
            .map(|folder| folder.join("sh"))
            .find(|sh| sh.exists());
        assert_eq!(line["parent"]["exe"], real(&shell.expect("a shell")));
    }
}

/// Each connection is asked for once, and none for another.
#[test]
fn two_processes_at_once_have_each_their_own_line() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let mut shell = home.command("sh");
    let usher = home.program("usher");
    let one = |number: u32| format!("{} forget app-00000000000{number} > said & echo $!;", usher.display());
    shell.args(["-c", &format!("{} {} {} wait", one(1), one(2), one(3))]);
    let ran = run(shell, "");
    let pids: Vec<Value> = ran.stdout.split_whitespace().map(|pid| json!(pid.parse::<u32>().ok())).collect();
    let lines = lines(&home.audit_log());
    for (number, pid) in (1..=3).zip(&pids) {
        let id = format!("app-00000000000{number}");
        let line = lines.iter().find(|line| line["id"] == *id).expect("a line");
        assert_eq!(line["pid"], *pid);
    }
}
