//! Watching: who is told what happens to credentials, and what it costs the agent.

mod client;
mod crowd;
mod ending;
mod told;

use std::io::{BufReader, Write};

use interprocess::local_socket::Stream;
use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_proto::Answer;
use usher_tests::agent::TestAgent;
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire::read_line;

/// One who watches; dropped, it has left.
struct Watcher(BufReader<Stream>);

impl Watcher {
    /// Begins to watch everything.
    fn of(agent: &TestAgent) -> Self {
        Self::with(agent, &json!({}))
    }

    /// Begins to watch, with the members of the request.
    fn with(agent: &TestAgent, watch: &Value) -> Self {
        let mut stream = BufReader::new(agent.connect());
        // In one piece: when the first is answered the second has begun too.
        let both = format!("{}\n{}\n", json!({"hello": {}}), json!({"watch": watch}));
        stream.get_mut().write_all(both.as_bytes()).expect("the agent reads");
        assert!(read_line(&mut stream)["hello"].is_object());
        Self(stream)
    }

    /// Waits for the next change.
    fn next(&mut self) -> Value {
        let line = read_line(&mut self.0);
        let change = &line["event"]["changed"];
        assert!(change.is_object(), "no change: {line}");
        change.clone()
    }

    /// Waits for the next change; tells what happened, and to which credential.
    fn told(&mut self) -> (String, String) {
        let change = self.next();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&change["what"]), text(&change["credential"]["label"]))
    }

    /// Expects the next changes.
    #[track_caller]
    fn expect(&mut self, changes: &[(&str, &str)]) {
        for (what, label) in changes {
            assert_eq!(self.told(), ((*what).to_owned(), (*label).to_owned()));
        }
    }
}

/// Imports the app token of an application, which ends in so many seconds; shows its id.
fn give(agent: &TestAgent, app: &str, number: u32, life: i64) -> String {
    let token = app_token(number, agent.clock.now().0 + life);
    match agent.import(import_file(&file_name(app, number), &token)) {
        Answer::Imported(imported) => imported.credential.id.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Imports something that never ends, under this label: what was told before it is all that was to be
/// told.
fn mark(agent: &TestAgent, label: &str) {
    mark_over(&mut BufReader::new(agent.connect()), label);
}

fn mark_over(stream: &mut BufReader<Stream>, label: &str) {
    let from = json!({"given": {"kind": "api-token", "label": label}});
    let import = json!({"import": {"from": from, "secret": "x".repeat(40)}});
    writeln!(stream.get_mut(), "{import}").expect("the agent reads");
    let answer = read_line(stream);
    assert!(answer["imported"].is_object(), "{answer}");
}

fn forget(agent: &TestAgent, id: &str) {
    let answer = agent.json(&json!({"forget": {"id": id}}));
    assert_eq!(answer["forgotten"]["count"], 1, "{answer}");
}

fn lock(agent: &TestAgent) {
    assert!(agent.json(&json!({"lock": {"passphrase": "p"}}))["locked"].is_object());
}

fn unlock(agent: &TestAgent) {
    assert!(agent.json(&json!({"unlock": {"passphrase": "p"}}))["unlocked"].is_object());
}
