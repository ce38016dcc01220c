//! `usher watch` as a person and a program use it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use usher_tests::home::Home;
use usher_tests::process::spawn;

use crate::PROGRAMS;

/// A watch that is under way; it is killed at the end.
struct Watch<'h> {
    home: &'h Home,
    process: Child,
    lines: Receiver<String>,
}

impl<'h> Watch<'h> {
    /// Begins to watch with these words, and waits until that works.
    fn begin(home: &'h Home, words: &[&str]) -> Self {
        let mut command = home.command(home.program("usher"));
        command.args(["--no-start", "watch"]).args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = spawn(&mut command);
        let lines = lines(process.stdout.take().expect("piped"));
        let watch = Self { home, process, lines };
        watch.catch_up();
        watch
    }

    /// Changes something until that is told, and leaves out what was told up to then.
    fn catch_up(&self) {
        let mut number = 0;
        while self.lines.recv_timeout(Duration::from_millis(50)).is_err() {
            number += 1;
            assert!(number < 500, "nothing was told");
            mark(self.home, &format!("begin-{number}"));
        }
        mark(self.home, "begun");
        while !self.line().contains("begun") {}
        self.home.usher(&["forget", &id(self.home, "begun")]).expect(0);
        while !self.line().contains("begun") {}
    }

    /// Waits for the next line.
    fn line(&self) -> String {
        self.lines.recv_timeout(Duration::from_secs(60)).expect("a line within a minute")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.line()).expect("a line of JSON")
    }

    /// Ends it; tells what it said beside.
    fn kill(mut self) -> String {
        self.process.kill().expect("a child of ours");
        self.words()
    }

    fn words(&mut self) -> String {
        let mut said = String::new();
        self.process.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
        said
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn lines(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn mark(home: &Home, label: &str) {
    let words = ["import", "--stdin", "--kind", "api-token", "--label", label];
    home.usher_with_input(&words, &"x".repeat(40)).expect(0);
}

fn id(home: &Home, label: &str) -> String {
    let list = home.usher(&["list", "--json"]).expect(0).json();
    let all = list["credentials"].as_array().expect("a list");
    let one = all.iter().find(|one| one["label"] == label).expect("it is held");
    one["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_program_reads_a_line_of_json_for_each_change() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let watch = Watch::begin(&home, &["--json"]);
    mark(&home, "dns");
    let issued = watch.json();
    assert_eq!(issued["what"], "issued");
    assert_eq!(issued["credential"]["label"], "dns");
    assert!(issued["at"].as_i64().is_some_and(|at| at > 1_700_000_000), "{issued}");
    assert_eq!(issued.as_object().map(serde_json::Map::len), Some(3));
    home.usher_with_input(&["lock"], "p\n").expect(0);
    let locked = watch.json();
    assert_eq!((&locked["what"], &locked["credential"]), (&"locked".into(), &Value::Null));
}

#[test]
fn a_person_reads_a_sentence_with_its_time_and_nothing_that_steers_the_terminal() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let watch = Watch::begin(&home, &[]);
    mark(&home, "d\u{1b}[2Jns");
    let line = watch.line();
    let id = id(&home, "d\u{1b}[2Jns");
    let said = format!("Z  There is a new API token d\u{fffd}[2Jns ({id}).");
    assert!(line.starts_with("20") && line.ends_with(&said), "{line}");
    home.usher(&["forget", &id]).expect(0);
    assert!(watch.line().contains("was wiped here"));
}

#[cfg(unix)]
#[test]
fn a_command_gets_each_change_and_its_failure_ends_nothing() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let command = "cat >> got; echo \"$USHER_EVENT/$USHER_ID/$USHER_LABEL\" >> got; echo words; exit 3";
    let watch = Watch::begin(&home, &["--json", "--exec", command]);
    mark(&home, "dns");
    let change = watch.line();
    home.usher_with_input(&["lock"], "p\n").expect(0);
    assert_eq!(watch.json()["what"], "locked", "and no word of the command's");
    home.usher_with_input(&["unlock"], "p\n").expect(0);
    // They run one after the other, each before the next change is told.
    assert_eq!(watch.json()["what"], "unlocked");
    let got = std::fs::read_to_string(home.path().join("work/got")).expect("the command ran");
    let got: Vec<_> = got.lines().skip_while(|line| *line != change).collect();
    let dns = format!("issued/{}/dns", id(&home, "dns"));
    assert_eq!((got[1], got[3]), (dns.as_str(), "locked//"), "{got:?}");
    let said = watch.kill();
    assert!(said.contains("words\n"), "{said}");
    assert!(
        said.contains(r#"{"error":{"code":"command","message":"the command for issued: exit status: 3""#)
    );
}

#[test]
fn an_agent_that_was_lost_is_waited_for_and_what_was_missed_is_said() {
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let watch = Watch::begin(&home, &["--json"]);
    agent.crash();
    home.usher(&["--no-start", "agent", "status"]).expect(4);
    let again = home.start_agent(&[]);
    assert_eq!(watch.json()["what"], "missed");
    watch.catch_up();
    home.usher(&["agent", "stop"]).expect(0);
    assert!(again.wait().0.success());
    assert!(watch.kill().contains("the agent ended or closed the connection"));
    home.usher(&["--no-start", "watch"]).expect(4);
}

#[test]
fn one_change_can_be_enough() {
    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let mut command = home.command(home.program("usher"));
    command.args(["--no-start", "watch", "--once", "--json"]).stdout(Stdio::piped());
    let mut process = spawn(&mut command);
    let mut number = 0;
    let status = loop {
        if let Some(status) = process.try_wait().expect("a child of ours") {
            break status;
        }
        number += 1;
        mark(&home, &format!("dns-{number}"));
    };
    assert!(status.success(), "{status}");
    let printed: Vec<_> = lines(process.stdout.take().expect("piped")).iter().collect();
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(printed[0].starts_with(r#"{"what":"issued","credential":{"id":"api-"#), "{printed:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_and_a_reader_who_left_are_the_usual_end() {
    use rustix::process::{Pid, Signal, kill_process};

    let home = Home::new(PROGRAMS);
    let _agent = home.start_agent(&[]);
    let mut watch = Watch::begin(&home, &[]);
    kill_process(Pid::from_child(&watch.process), Signal::INT).expect("a child of ours");
    assert_eq!(watch.process.wait().expect("it ends").code(), Some(0));
    assert_eq!(watch.words(), "");
    let mut command = home.command("sh");
    let script = format!("{} --no-start watch; echo $? >&2", home.program("usher").display());
    command.args(["-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = spawn(&mut command);
    drop(shell.stdout.take());
    let mut number = 0;
    while shell.try_wait().expect("a child of ours").is_none() {
        number += 1;
        mark(&home, &format!("dns-{number}"));
    }
    let mut said = String::new();
    shell.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    assert_eq!(said, "0\n");
}
