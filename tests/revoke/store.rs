//! A store that fails keeps nothing from being revoked, and what was cut short is finished.

use std::io::{BufReader, Write};

use serde_json::{Value, json};
use usher_agent::cloudflare::fingerprint;
use usher_agent::store::{Note, Store};
use usher_tests::agent::TestAgent;
use usher_tests::contract::{note, record};
use usher_tests::faulty::{Faulty, Mood};
use usher_tests::store::TestStore;
use usher_tests::wire::read_line;

/// Revokes everything, and shows the answer.
fn revoke(agent: &TestAgent) -> Value {
    let mut stream = BufReader::new(agent.connect());
    writeln!(stream.get_mut(), "{}", json!({"revoke": {"what": {"all": null}}})).expect("the agent reads");
    loop {
        let line = read_line(&mut stream);
        if line["event"].is_null() {
            return line;
        }
    }
}

fn held(agent: &TestAgent) -> Value {
    agent.json(&json!({"list": {}}))["list"]["credentials"].clone()
}

fn pending(agent: &TestAgent) -> usize {
    let answer = agent.json(&json!({"pending": {}}));
    answer["pending"]["revoked"].as_array().map_or(0, Vec::len)
}

#[test]
fn what_cannot_be_noted_is_wiped_from_memory_and_told_to_be_forgotten_with_the_agent() {
    let (store, switch) = Faulty::new();
    let agent = TestAgent::with(Box::new(store), 8);
    let from = json!({"given": {"kind": "api-token", "label": "admin"}});
    let imported = agent.json(&json!({"import": {"from": from, "secret": "x".repeat(40)}}));
    assert!(imported["imported"].is_object(), "{imported}");
    switch.set(Mood::ReadOnly);
    let answer = revoke(&agent);
    let one = &answer["revoked"]["revoked"][0];
    assert_eq!(one["state"], "pending", "this agent never goes out: {answer}");
    assert!(one["why"].as_str().is_some_and(|why| why.contains("could not be noted")), "{one}");
    assert_eq!((held(&agent), pending(&agent)), (json!([]), 1));
}

#[test]
fn an_agent_that_was_killed_between_note_and_wipe_is_made_up_for_by_the_next() {
    let (record, other) = (record(1, "to be ended\nsoon"), record(2, "another"));
    let id = format!("revoked-{}", fingerprint::of(record.credential.kind, &record.secret));
    let noted = Note { id: id.parse().expect("an id"), ..note(1) };
    let mut store = TestStore::default();
    assert_eq!((store.put_note(&noted), store.put(&record), store.put(&other)), (Ok(()), Ok(()), Ok(())));
    let agent = TestAgent::with(Box::new(store), 8);
    let left = held(&agent);
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
    assert_eq!(left[0]["id"], other.credential.id.as_str());
    assert_eq!(pending(&agent), 1);
}
