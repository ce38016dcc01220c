//! A profile that locks itself, while the agent stays open for the others.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_agent::config::{LockItself, Locks};
use usher_agent::store::Store;
use usher_agent::store::file::{File, PassphraseSource};
use usher_proto::request::Import;
use usher_proto::{Answer, date};
use usher_tests::agent::TestAgent;
use usher_tests::faulty::{Faulty, Mood, Switch};
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::world::eventually;

use super::idle::{CHEAP, IDLE};
use super::{code, state};

const APP: &str = "app.example.com";

fn agent(store: Box<dyn Store>) -> TestAgent {
    let lock = LockItself { idle: Some(IDLE), on: Vec::new() };
    let profiles = BTreeMap::from([("work".parse().expect("a name"), lock)]);
    TestAgent::that_locks(store, Locks { profiles, ..Locks::default() })
}

/// An agent with a token for the application in each of two profiles, of which one locks itself.
fn both() -> (TestAgent, Switch) {
    let (store, switch) = Faulty::new();
    let agent = agent(Box::new(store));
    for profile in ["default", "work"] {
        assert!(matches!(give(&agent, profile), Answer::Imported(_)), "{profile}");
    }
    (agent, switch)
}

fn give(agent: &TestAgent, profile: &str) -> Answer {
    let token = app_token(1, agent.clock.now().0 + 100_000);
    let profile = profile.parse().expect("a name");
    agent.import(Import { profile, ..import_file(&file_name(APP, 1), &token) })
}

fn token(agent: &TestAgent, profile: &str) -> Value {
    agent.json(&json!({"token": {"app": APP, "profile": profile}}))
}

fn turn(agent: &TestAgent, seconds: u32) {
    agent.clock.turn(seconds.into());
}

/// Waits until it is closed; nobody asks for it meanwhile.
fn closes(agent: &TestAgent) -> Value {
    let trouble = || agent.json(&json!({"status": {}}))["status"]["store"]["trouble"].clone();
    eventually(|| Some(trouble()).filter(|trouble| !trouble.is_null()))
}

/// Lists all, and tells of which profiles that is.
fn listed(agent: &TestAgent) -> Vec<String> {
    let list = agent.json(&json!({"list": {}}))["list"]["credentials"].clone();
    let profile = |one: &Value| one["profile"].as_str().expect("a name").to_owned();
    list.as_array().expect("a list").iter().map(profile).collect()
}

#[test]
fn a_profile_that_nobody_needs_is_locked_and_the_others_are_served() {
    let (agent, _) = both();
    let work = token(&agent, "work");
    let id = work["token"]["credential"]["id"].clone();
    assert!(id.is_string(), "{work}");
    turn(&agent, IDLE);
    let refusal = closes(&agent);
    let when = date::written(agent.clock.now());
    let words = format!("the profile work locked itself at {when}: nobody had needed it for 15 min");
    assert_eq!(
        (refusal["message"].as_str(), refusal["code"].as_str()),
        (Some(words.as_str()), Some("locked"))
    );
    assert_eq!(refusal["hint"], "`usher unlock` opens it");
    assert_eq!(token(&agent, "work")["error"], refusal);
    assert!(token(&agent, "default")["token"].is_object());
    assert_eq!((state(&agent), listed(&agent)), ("open".into(), vec!["default".into()]));
    for request in [
        json!({"list": {"profile": "work"}}),
        json!({"headers": {"app": APP, "profile": "work"}}),
        json!({"show": {"id": id}}),
        json!({"forget": {"id": id}}),
        json!({"forget-all": {}}),
        json!({"revoke": {"what": {"each": [{"id": id}]}}}),
        json!({"revoke": {"what": {"app": APP}}}),
        json!({"revoke": {"what": {"all": null}}}),
    ] {
        assert_eq!(code(&agent.json(&request)), "locked", "{request}");
    }
    let log = || std::fs::read_to_string(agent.audit_log()).unwrap_or_default();
    let is_noted = |line: &str| line.contains("\"lock\"") && line.contains("\"work\"");
    eventually(|| log().lines().any(is_noted).then_some(()));
    let held = token(&agent, "default")["token"]["credential"]["id"].clone();
    for request in [
        json!({"show": {"id": held}}),
        json!({"revoke": {"what": {"each": [{"id": held}]}, "dry_run": true}}),
    ] {
        assert_eq!(code(&agent.json(&request)), "none", "{request}");
    }
    assert!(matches!(give(&agent, "work"), Answer::Error(_)), "nothing comes into it");
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert_eq!(token(&agent, "work"), work);
    assert_eq!(listed(&agent), ["default", "work"]);
    turn(&agent, IDLE);
    closes(&agent);
}

#[test]
fn who_needs_another_profile_does_not_keep_it_open() {
    let (agent, _) = both();
    let id = token(&agent, "work")["token"]["credential"]["id"].clone();
    for _ in 0..2 {
        turn(&agent, IDLE - 1);
        assert!(token(&agent, "work")["token"].is_object());
        turn(&agent, IDLE - 1);
        assert_eq!(code(&agent.json(&json!({"show": {"id": id}}))), "none", "by its id");
    }
    turn(&agent, IDLE - 1);
    assert!(token(&agent, "default")["token"].is_object());
    assert_eq!(listed(&agent), ["default", "work"]);
    turn(&agent, 1);
    // The question races with the timer, which stands still while a machine sleeps.
    assert_eq!(code(&token(&agent, "work")), "locked");
    assert!(token(&agent, "default")["token"].is_object());
}

#[test]
fn what_the_store_did_not_take_is_not_forgotten() {
    let (agent, switch) = both();
    agent.json(&json!({"forget-all": {"profile": "work"}}));
    switch.set(Mood::ReadOnly);
    assert!(matches!(give(&agent, "work"), Answer::Imported(_)));
    turn(&agent, IDLE);
    assert!(token(&agent, "work")["token"].is_object(), "it is nowhere else");
    switch.set(Mood::Well);
    turn(&agent, IDLE);
    closes(&agent);
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert!(token(&agent, "work")["token"].is_object(), "it was stored before");
}

#[test]
fn a_sealed_file_wants_its_passphrase_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = File::new(folder.path().join("sealed"), PassphraseSource::Ask).with_cost(CHEAP);
    let agent = agent(Box::new(store));
    let unlock = |passphrase: &str| agent.json(&json!({"unlock": {"passphrase": passphrase}}));
    assert!(unlock("right")["unlocked"].is_object());
    for profile in ["default", "work"] {
        give(&agent, profile);
    }
    turn(&agent, IDLE);
    // That it takes one is known when the store has said so.
    eventually(|| closes(&agent)["hint"].as_str().filter(|hint| hint.contains("passphrase")).map(|_| ()));
    assert_eq!(code(&agent.json(&json!({"unlock": {}}))), "store-locked");
    assert_eq!(code(&unlock("wrong")), "wrong-passphrase");
    assert_eq!(code(&token(&agent, "work")), "locked");
    assert!(token(&agent, "default")["token"].is_object(), "the file stays open for it");
    assert!(matches!(give(&agent, "third"), Answer::Imported(imported) if imported.safe));
    assert!(unlock("right")["unlocked"].is_object());
    assert!(token(&agent, "work")["token"].is_object());
}

#[test]
fn an_agent_that_is_locked_and_opened_has_not_opened_it() {
    let (agent, _) = both();
    turn(&agent, IDLE);
    closes(&agent);
    agent.json(&json!({"lock": {"passphrase": "p"}}));
    for request in [json!({"token": {"app": APP}}), json!({"forget-all": {}})] {
        assert_eq!(agent.json(&request)["error"]["message"], "the agent is locked");
    }
    assert!(agent.json(&json!({"unlock": {"passphrase": "p"}}))["unlocked"].is_object());
    assert!(token(&agent, "default")["token"].is_object());
    assert_eq!(code(&token(&agent, "work")), "locked");
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert!(token(&agent, "work")["token"].is_object());
}
