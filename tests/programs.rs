//! The real programs in a clean home: what a person types, what comes back, and the exit codes.

use std::fs;
use std::thread;

use serde_json::Value;
use usher_tests::home::{Home, dot_cloudflared};
use usher_tests::process::Ran;

use crate::PROGRAMS;

const APP: &str = "https://app.example.test";

fn pid(status: &Ran) -> u64 {
    status.json()["pid"].as_u64().expect("a process id")
}

#[test]
fn two_commands_take_a_folder_in_and_answer_a_lookup() {
    let home = Home::new(PROGRAMS);
    let folder = dot_cloudflared(home.path());
    let imported = home.usher(&["import"]).expect(0);
    for words in
        ["app.example.test", "new", "ssh.example.test", "it has expired", "8 credentials came in", "in clear"]
    {
        assert!(imported.stdout.contains(words) || imported.stderr.contains(words), "{words}: {imported:?}");
    }
    let token = home.usher(&["token", APP]).expect(0);
    assert_eq!(token.stderr, "");
    assert!(!token.stdout.ends_with('\n') && token.stdout.starts_with("eyJ"), "{token:?}");
    let original = folder
        .join("app.example.test-3b01511e5b32cb1dc286bd7b7eeaac14facb363eb4f4592c4253e33976153e1c-token");
    assert_eq!(token.stdout, fs::read_to_string(original).expect("the original"));
    for words in [
        &["access", "token", "--app=https://app.example.test"][..],
        &["access", "token", APP],
        &["token", "app.example.test/any/path"],
    ] {
        assert_eq!(home.usher(words).expect(0).stdout, token.stdout);
    }
    let json = home.usher(&["token", APP, "--json"]).expect(0).json();
    assert_eq!(json["token"], token.stdout);
    assert_eq!(json["credential"]["team"], "acme.cloudflareaccess.com");
}

/// The table of the README.
#[test]
fn exit_codes_are_those_of_the_table() {
    let home = Home::new(PROGRAMS);
    for (words, code) in [
        (&["--no-start", "token", APP][..], 4),
        (&["--no-start", "agent", "status"], 4),
        (&["token"], 2),
        (&["nonsense"], 2),
        (&["token", "ssh://app.example.test"], 2),
        (&["token", APP, "--min-valid", "soon"], 2),
        (&["token", APP], 3),
        (&["show", "app-000000000000"], 3),
        (&["status"], 0),
        (&["list"], 0),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let ran = home.usher(words).expect(code);
        assert_eq!(code != 0, ran.stdout.is_empty(), "an answer on stdout and an error beside: {words:?}");
        assert!(code == 0 || ran.stderr.contains("usher") || ran.stderr.contains("Usage"), "{ran:?}");
    }
    home.usher(&["forget", "app-000000000000"]).expect(3);
    dot_cloudflared(home.path());
    home.usher(&["import"]).expect(0);
    let expired = home
        .usher_with_input(&["import", "--stdin", "--kind", "app-token", "--app", "x.example.test"], "eyJ");
    assert_eq!(expired.code, Some(1), "{expired:?}");
    home.usher_with_input(&["lock"], "secret words\n").expect(0);
    home.usher(&["token", APP]).expect(5);
    home.usher_with_input(&["unlock"], "other words\n").expect(5);
    home.usher_with_input(&["unlock"], "secret words\n").expect(0);
    home.usher(&["token", APP]).expect(0);
    let sealed = Home::new(PROGRAMS);
    sealed.configure("store = \"file\"\n");
    let closed = sealed.usher(&["list"]).expect(7);
    assert!(closed.stderr.contains("usher unlock"), "{closed:?}");
}

#[test]
fn an_error_for_a_program_is_json() {
    let home = Home::new(PROGRAMS);
    let ran = home.usher(&["token", APP, "--json"]).expect(3);
    let error: Value = serde_json::from_str(&ran.stderr).expect("one line of JSON");
    assert_eq!(error["error"]["code"], "not-found");
    assert!(error["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
}

#[test]
fn ten_clients_start_one_agent() {
    let home = Home::new(PROGRAMS);
    let pids: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..10).map(|_| scope.spawn(|| pid(&home.usher(&["status", "--json"]).expect(0)))).collect();
        clients.into_iter().map(|client| client.join().expect("an answer")).collect()
    });
    assert!(pids.windows(2).all(|two| two[0] == two[1]), "{pids:?}");
}

#[test]
fn a_second_agent_says_that_one_runs() {
    let home = Home::new(PROGRAMS);
    let first = pid(&home.usher(&["status", "--json"]).expect(0));
    let second = usher_tests::process::run(home.command(home.program("usher-agent")), "").expect(8);
    assert!(second.stderr.contains("running"), "{second:?}");
    assert_eq!(pid(&home.usher(&["status", "--json"]).expect(0)), first);
}

#[test]
fn an_agent_that_crashed_is_replaced() {
    let home = Home::new(PROGRAMS);
    home.start_agent(&[]).crash();
    home.usher(&["status"]).expect(0);
}

#[test]
fn an_agent_ends_when_asked() {
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    home.usher(&["agent", "stop"]).expect(0);
    let (status, _) = agent.wait();
    assert!(status.success(), "{status}");
    home.usher(&["--no-start", "status"]).expect(4);
    assert!(cfg!(windows) || !home.socket().exists(), "the socket is gone");
}

#[test]
fn a_mistake_in_the_config_file_is_named_with_its_line() {
    let home = Home::new(PROGRAMS);
    home.configure("# stores\nstor = \"memory\"\n");
    let ran = usher_tests::process::run(home.command(home.program("usher-agent")), "").expect(2);
    assert!(ran.stderr.contains("line 2") && ran.stderr.contains("stor"), "{ran:?}");
}

#[test]
fn shredding_removes_only_what_was_read_back_from_a_store_that_lasts() {
    let home = Home::new(PROGRAMS);
    let folder = dot_cloudflared(home.path());
    let before = fs::read_dir(&folder).expect("a folder").count();
    home.usher(&["import", "--shred"]).expect(7);
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), before, "memory does not last");

    let home = Home::with_sealed_file(PROGRAMS);
    let folder = dot_cloudflared(home.path());
    home.usher(&["import", "--shred"]).expect(0);
    let mut left: Vec<_> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with("-jwks"))
        .collect();
    left.sort();
    assert!(
        left.iter().all(|name| name.starts_with("ssh.example.test")),
        "only the expired one stays: {left:?}"
    );
    home.usher(&["agent", "stop"]).expect(0);
    assert!(home.usher(&["token", APP]).expect(0).stdout.starts_with("eyJ"), "out of the sealed file");
}

#[test]
fn an_import_says_what_it_takes_to_remove_the_originals() {
    for (home, hint) in
        [(Home::new(PROGRAMS), "config.toml"), (Home::with_sealed_file(PROGRAMS), "usher import --shred")]
    {
        dot_cloudflared(home.path());
        let said = home.usher(&["import"]).expect(0).stdout;
        assert!(said.lines().any(|line| line.contains("in clear") && line.contains(hint)), "{said}");
    }
}

#[test]
fn a_secret_comes_from_a_pipe_and_never_from_the_command_line() {
    let home = Home::new(PROGRAMS);
    let token = "v".repeat(40);
    home.usher_with_input(&["import", "--stdin", "--kind", "api-token", "--label", "ci"], &token).expect(0);
    let list = home.usher(&["list", "--json"]).expect(0);
    assert!(!list.stdout.contains(&token) && list.json()["credentials"][0]["label"] == "ci", "{list:?}");
    home.usher(&["import", "--stdin", "--kind", "api-token", "--label", "ci", &token]).expect(2);
    home.usher_with_input(&["import", "--stdin", "--kind", "api-token", "--label", "ci"], "").expect(2);
}

#[test]
fn profiles_come_from_the_flag_or_the_environment() {
    let home = Home::new(PROGRAMS);
    dot_cloudflared(home.path());
    home.usher(&["import", "--profile", "work"]).expect(0);
    home.usher(&["token", APP]).expect(3);
    home.usher(&["token", APP, "--profile", "work"]).expect(0);
    let mut command = home.command(home.program("usher"));
    command.args(["token", APP]).env("USHER_PROFILE", "work");
    usher_tests::process::run(command, "").expect(0);
    home.usher(&["forget", "--all", "--profile", "work"]).expect(0);
    home.usher(&["token", APP, "--profile", "work"]).expect(3);
}
