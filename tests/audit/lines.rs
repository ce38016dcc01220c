//! Which requests have a line, and what it says.

use std::io::{BufReader, Write};

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_tests::agent::TestAgent;
use usher_tests::edge::hosts::ACME;
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire::read_line;
use usher_tests::world::{World, eventually};

use super::{lines, told};

/// What the log tells; that everything is written is seen by a line of its own.
fn all(agent: &TestAgent) -> Vec<Value> {
    agent.json(&json!({"unlock": {}}));
    let mut lines = lines(&agent.audit_log());
    let last = lines.pop().expect("a line");
    assert_eq!(last["verb"], "unlock");
    lines
}

fn give(agent: &TestAgent, app: &str, number: u32) -> String {
    let token = app_token(number, agent.clock.now().0 + 1000);
    match agent.import(import_file(&file_name(app, number), &token)) {
        usher_proto::Answer::Imported(imported) => imported.credential.id.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_served_or_refused_has_a_line_and_who_only_looks_has_none() {
    let agent = TestAgent::start();
    let id = give(&agent, "app.example.com", 1);
    agent.token("https://app.example.com/path?query");
    agent.token("https://nowhere.example.com/path?query");
    for look in
        [json!({"hello": {}}), json!({"list": {}}), json!({"show": {"id": id}}), json!({"status": {}})]
    {
        agent.json(&look);
    }
    agent.json(&json!({"pending": {}}));
    agent.json(&json!({"headers": {"app": "app.example.com"}}));
    agent.json(&json!({"refresh": {"target": {"id": id}}}));
    agent.json(&json!({"verify": {"target": {"app": "app.example.com"}, "profile": "work"}}));
    agent.json(&json!({"login": {"app": "nowhere.example.com"}}));
    agent.json(&json!({"import": {"from": {"file": {"name": "cert.pem"}}, "secret": "x"}}));
    agent.json(&json!({"lock": {"passphrase": "p"}}));
    agent.token("app.example.com");
    agent.json(&json!({"unlock": {"passphrase": "q"}}));
    agent.json(&json!({"unlock": {"passphrase": "p"}}));
    agent.json(&json!({"forget": {"id": id}}));
    agent.json(&json!({"forget": {"id": id}}));
    agent.json(&json!({"forget-all": {"profile": "work"}}));
    let lines = all(&agent);
    assert_eq!(
        told(&lines),
        [
            "import app.example.com done",
            "token app.example.com done",
            "token nowhere.example.com not-found",
            "headers app.example.com done",
            "refresh app.example.com network",
            "verify app.example.com network",
            "login nowhere.example.com not-found",
            "import cert.pem malformed",
            "lock - done",
            "token app.example.com locked",
            "unlock - wrong-passphrase",
            "unlock - done",
            "forget app.example.com done",
            &format!("forget {id} not-found"),
            "forget-all - done",
        ]
    );
    let token = &lines[1];
    assert_eq!(token["id"], *id);
    assert_eq!((&token["kind"], &token["profile"]), (&json!("app-token"), &json!("default")));
    assert_eq!(token["pid"], std::process::id());
    assert_eq!((&lines[5]["profile"], &lines[14]["profile"]), (&json!("work"), &json!("work")));
    let now = usher_proto::date::written_with_milliseconds(agent.clock.now().0 * 1000);
    assert_eq!(token["time"], *now);
    let members: Vec<_> = token.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut known =
        ["time", "uid", "pid", "exe", "parent", "verb", "id", "kind", "label", "profile", "outcome", "count"];
    known.sort_unstable();
    assert_eq!(members, known);
}

#[test]
fn what_access_brings_has_its_line_and_so_has_what_the_agent_does_by_itself() {
    let world = World::start();
    world.edge.set_token_life(1000);
    world.log_in("https://app.example.test");
    let token = world.token("https://app.example.test")["token"]["token"].as_str().expect("one").to_owned();
    world.clock.turn(850);
    world.another_token("https://app.example.test", &token);
    world.agent.json(&json!({"refresh": {"target": {"app": "app.example.test"}}}));
    world.edge.revoke_app_tokens("app.example.test");
    world.agent.json(&json!({"verify": {"target": {"app": "app.example.test"}}}));
    let lines = all(&world.agent);
    let mut told = told(&lines);
    // How often the renewed one was asked for in vain is chance.
    told.dedup();
    assert_eq!(
        told,
        [
            "login app.example.test done",
            "token app.example.test done",
            "renew app.example.test done",
            "token app.example.test done",
            "refresh app.example.test done",
            "drop app.example.test done",
            "verify app.example.test done",
        ],
        "and none for what {ACME} has to do with it"
    );
    for own in
        lines.iter().filter(|line| ["renew", "drop"].contains(&line["verb"].as_str().unwrap_or_default()))
    {
        let exe = std::env::current_exe().expect("this program");
        assert_eq!((&own["pid"], &own["exe"]), (&json!(std::process::id()), &json!(exe)));
        assert_eq!(own["parent"], Value::Null);
    }
}

#[test]
fn lookups_are_written_without_anything_that_changes_and_a_stop_is_written_too() {
    let agent = TestAgent::start();
    agent.token("nowhere.example.com");
    eventually(|| (lines(&agent.audit_log()).len() == 1).then_some(()));
    agent.token("nowhere.example.com");
    agent.json(&json!({"stop": {}}));
    // What came before is written with it.
    let told = told(&lines(&agent.audit_log()));
    let lookup = "token nowhere.example.com not-found";
    assert_eq!(told, [lookup, lookup, "stop - done"]);
}

/// A busy loop would else push everything out of the log.
#[test]
fn who_asks_for_the_same_again_and_again_is_counted() {
    const TIMES: usize = 1_000;
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1);
    for app in ["app.example.com", "nowhere.example.com"] {
        let request = json!({"token": {"app": app}}).to_string();
        let mut stream = BufReader::new(agent.connect());
        for _ in 0..TIMES {
            writeln!(stream.get_mut(), "{request}").expect("the agent reads");
            assert!(read_line(&mut stream).is_object());
        }
    }
    agent.token("app.example.com");
    let lines = all(&agent);
    let count = |label: &str, outcome: &str| {
        let counted = lines.iter().filter(|line| line["label"] == label && line["outcome"] == outcome);
        counted.map(|line| line["count"].as_u64().expect("a number")).sum::<u64>()
    };
    assert_eq!(count("nowhere.example.com", "not-found"), TIMES as u64);
    assert_eq!(count("app.example.com", "done"), TIMES as u64 + 2, "the import and the last one");
    assert!(lines.len() < TIMES, "{} lines", lines.len());
}
