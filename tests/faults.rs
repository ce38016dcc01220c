//! Stores that fail, hang or forget, and a world that does not stay as it was.

mod clock;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(unix)]
mod signals;

use std::time::Duration;

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_agent::store::StoreError;
use usher_proto::{Answer, Request};
use usher_tests::agent::TestAgent;
use usher_tests::faulty::{Faulty, Mood, Switch};
use usher_tests::token::{app_token, file_name, import_file};

fn agent() -> (TestAgent, Switch) {
    agent_in(Mood::Well)
}

/// Starts an agent whose store has a mood from the beginning: it is read as soon as the agent runs.
fn agent_in(mood: Mood) -> (TestAgent, Switch) {
    let (store, switch) = Faulty::new();
    switch.set(mood);
    (TestAgent::with(Box::new(store), 64), switch)
}

fn give(agent: &TestAgent, number: u32) -> Answer {
    let app = format!("app{number}.example.com");
    agent.import(import_file(&file_name(&app, number), &app_token(number, agent.clock.now().0 + 1000)))
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

#[test]
fn a_secret_that_cannot_be_stored_can_be_used_and_the_failure_is_told() {
    let (agent, switch) = agent();
    give(&agent, 1);
    for (mood, code) in [
        (Mood::ReadOnly, "store-failed"),
        (Mood::Fails(StoreError::Full("20,000 bytes")), "store-full"),
        (Mood::Forgets, "store-failed"),
        (Mood::Fails(StoreError::Locked), "store-locked"),
    ] {
        switch.set(mood);
        let Answer::Imported(imported) = give(&agent, 2) else { panic!("not taken in: {mood:?}") };
        assert!(!imported.safe, "{mood:?}");
        let trouble = serde_json::to_value(imported.trouble).expect("JSON");
        assert_eq!(trouble["code"], code, "{mood:?}");
        assert!(agent.token("app2.example.com")["token"].is_object(), "{mood:?}");
        assert_eq!(agent.json(&json!({"status": {}}))["status"]["unsaved"], 1, "{mood:?}");
    }
    switch.set(Mood::Well);
    let Answer::Imported(imported) = give(&agent, 1) else { panic!("not taken in") };
    assert!(imported.safe && imported.trouble.is_none());
    assert_eq!(agent.json(&json!({"status": {}}))["status"]["unsaved"], 0);
}

#[test]
fn a_store_that_cannot_be_read_is_an_error_and_not_an_empty_list() {
    let (agent, switch) = agent_in(Mood::Fails(StoreError::Unavailable("nobody answers on the session bus")));
    for request in
        [json!({"list": {}}), json!({"token": {"app": "app1.example.com"}}), json!({"forget-all": {}})]
    {
        assert_eq!(code(&agent.json(&request)), "store-failed", "{request}");
    }
    let status = agent.json(&json!({"status": {}}));
    assert_eq!(status["status"]["state"], "unavailable");
    assert_eq!(status["status"]["store"]["trouble"]["code"], "store-failed");
    let Answer::Imported(imported) = give(&agent, 1) else { panic!("not taken in") };
    assert!(!imported.safe);
    assert!(agent.token("app1.example.com")["token"].is_object(), "what came since is served");
    switch.set(Mood::Well);
    assert!(agent.token("app1.example.com")["token"].is_object());
    assert_eq!(
        agent.json(&json!({"status": {}}))["status"]["unsaved"],
        0,
        "it was stored as soon as that was possible"
    );
    assert_eq!(agent.json(&json!({"list": {}}))["list"]["credentials"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_removed_from_the_store_stays_in_sight() {
    let (agent, switch) = agent();
    give(&agent, 1);
    switch.set(Mood::ReadOnly);
    assert_eq!(code(&agent.json(&json!({"forget-all": {}}))), "store-failed");
    assert!(
        agent.token("app1.example.com")["token"].is_object(),
        "else it would come back at the next start"
    );
    switch.set(Mood::Well);
    assert_eq!(agent.json(&json!({"forget-all": {}}))["forgotten"]["count"], 1);
}

/// The store has its own three seconds; everybody else has their answer meanwhile.
#[test]
fn a_store_that_hangs_delays_nobody_who_does_not_need_it() {
    let (agent, switch) = agent();
    give(&agent, 1);
    switch.set(Mood::Hangs);
    let importing = std::thread::scope(|scope| {
        let importing = scope.spawn(|| give(&agent, 2));
        let before = std::time::Instant::now();
        for _ in 0..100 {
            assert!(agent.token("app1.example.com")["token"].is_object());
            assert!(matches!(agent.ask(&Request::Hello {}), Answer::Hello(_)));
        }
        assert!(before.elapsed() < Duration::from_secs(3), "lookups waited for the store");
        importing.join().expect("an answer")
    });
    let Answer::Imported(imported) = importing else { panic!("not taken in") };
    assert_eq!(serde_json::to_value(imported.trouble).expect("JSON")["code"], "store-timeout");
    assert!(agent.token("app2.example.com")["token"].is_object());
    switch.set(Mood::Well);
}

/// A hundred clients that wait for a store that hangs wait once, not one after the other.
#[test]
fn many_clients_share_one_reading_of_the_store() {
    let (agent, switch) = agent_in(Mood::Hangs);
    let before = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| assert_eq!(code(&agent.token("app1.example.com")), "store-timeout"));
        }
    });
    assert!(before.elapsed() < Duration::from_secs(30), "they waited one after the other");
    switch.set(Mood::Well);
    assert_eq!(code(&agent.token("app1.example.com")), "not-found", "the agent goes on when the store does");
}
