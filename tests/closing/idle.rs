//! Time that goes by and nobody needs the agent.

use std::io::{BufReader, Write};
use std::thread;

use serde_json::json;
use usher_agent::clock::Clock;
use usher_agent::seal::Cost;
use usher_agent::store::file::{File, PassphraseSource};
use usher_agent::store::{Store, StoreError};
use usher_proto::{Answer, date};
use usher_tests::agent::TestAgent;
use usher_tests::faulty::{Faulty, Mood, Switch};
use usher_tests::token::{app_token, file_name, import_file};
use usher_tests::wire::read_line;
use usher_tests::world::eventually;

use super::{code, state};

const APP: &str = "app.example.com";
pub(super) const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
/// Seconds after which the agents here lock themselves.
pub(super) const IDLE: u32 = 900;

fn agent() -> (TestAgent, Switch) {
    let (store, switch) = Faulty::new();
    (TestAgent::that_locks_itself(Box::new(store), IDLE), switch)
}

fn give(agent: &TestAgent) -> Answer {
    agent.import(import_file(&file_name(APP, 1), &app_token(1, agent.clock.now().0 + 100_000)))
}

fn turn(agent: &TestAgent, seconds: u32) {
    agent.clock.turn(seconds.into());
}

fn closes(agent: &TestAgent) {
    eventually(|| (state(agent) == "closed").then_some(()));
}

#[test]
fn an_agent_that_nobody_needs_forgets_everything_until_it_is_opened() {
    let (agent, _) = agent();
    give(&agent);
    let token = agent.token(APP);
    assert!(token["token"].is_object(), "{token}");
    turn(&agent, IDLE);
    closes(&agent);
    assert_eq!(agent.json(&json!({"status": {}}))["status"]["credentials"], 0);
    for request in [json!({"list": {}}), json!({"forget-all": {}}), json!({"lock": {"passphrase": "p"}})] {
        assert_eq!(code(&agent.json(&request)), "locked", "{request}");
    }
    assert_eq!(code(&agent.token(APP)), "locked");
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert_eq!(agent.token(APP), token);
    turn(&agent, IDLE);
    closes(&agent);
}

#[test]
fn whoever_is_refused_and_whoever_looks_is_told_when_and_why() {
    let (agent, _) = agent();
    give(&agent);
    turn(&agent, IDLE);
    closes(&agent);
    let refusal = agent.token(APP)["error"].clone();
    let when = date::written(agent.clock.now());
    assert_eq!(
        refusal["message"],
        format!("the agent locked itself at {when}: nobody had needed it for 15 min")
    );
    assert_eq!(refusal["hint"], "`usher unlock` opens it");
    turn(&agent, IDLE);
    assert_eq!(agent.json(&json!({"status": {}}))["status"]["store"]["trouble"], refusal);
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert!(agent.json(&json!({"status": {}}))["status"]["store"]["trouble"].is_null());
}

#[test]
fn who_needs_it_keeps_it_open_and_who_only_looks_does_not() {
    let (agent, _) = agent();
    give(&agent);
    for _ in 0..3 {
        turn(&agent, IDLE - 1);
        assert!(agent.token(APP)["token"].is_object());
    }
    let mut watching = BufReader::new(agent.connect());
    writeln!(watching.get_mut(), "{}", json!({"watch": {}})).expect("the agent reads");
    turn(&agent, IDLE - 1);
    assert_eq!(state(&agent), "open");
    turn(&agent, 1);
    closes(&agent);
    assert_eq!(read_line(&mut watching)["event"]["changed"]["what"], "locked");
}

#[test]
fn who_comes_when_its_time_is_over_finds_it_locked_whether_a_timer_ran_or_not() {
    let (agent, _) = agent();
    give(&agent);
    for _ in 0..20 {
        // The question races with the timer, which stood still while the machine slept.
        turn(&agent, IDLE);
        assert_eq!(code(&agent.token(APP)), "locked");
        assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
        assert!(agent.token(APP)["token"].is_object());
    }
}

#[test]
fn what_is_under_way_is_finished_first() {
    let (agent, switch) = agent();
    agent.json(&json!({"list": {}}));
    switch.set(Mood::Hangs);
    let given = thread::scope(|scope| {
        let giving = scope.spawn(|| give(&agent));
        let status = || agent.json(&json!({"status": {}}))["status"].clone();
        eventually(|| (status()["credentials"] == 1).then_some(()));
        turn(&agent, 2 * IDLE);
        switch.set(Mood::Well);
        giving.join().expect("an answer")
    });
    assert!(matches!(given, Answer::Imported(_)), "{given:?}");
    assert!(agent.token(APP)["token"].is_object());
}

#[test]
fn what_the_store_did_not_take_is_not_forgotten() {
    let (agent, switch) = agent();
    agent.json(&json!({"list": {}}));
    switch.set(Mood::ReadOnly);
    let Answer::Imported(imported) = give(&agent) else { panic!("it is held") };
    assert!(imported.trouble.is_some());
    turn(&agent, IDLE);
    assert!(agent.token(APP)["token"].is_object(), "it is nowhere else");
    switch.set(Mood::Well);
    turn(&agent, IDLE);
    closes(&agent);
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert!(agent.token(APP)["token"].is_object(), "it was stored before");
}

#[test]
fn a_store_that_fails_leaves_it_locked() {
    let (agent, switch) = agent();
    give(&agent);
    turn(&agent, IDLE);
    closes(&agent);
    switch.set(Mood::Fails(StoreError::Locked));
    assert_eq!(code(&agent.json(&json!({"unlock": {}}))), "store-locked");
    assert_eq!(state(&agent), "closed");
    switch.set(Mood::Well);
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object());
    assert!(agent.token(APP)["token"].is_object());
}

#[test]
fn one_that_could_not_be_read_for_long_locks_itself_all_the_same() {
    let (store, switch) = Faulty::new();
    switch.set(Mood::Fails(StoreError::Unavailable("not yet")));
    let agent = TestAgent::that_locks_itself(Box::new(store), IDLE);
    turn(&agent, IDLE);
    assert_eq!(state(&agent), "unavailable");
    switch.set(Mood::Well);
    give(&agent);
    turn(&agent, IDLE);
    closes(&agent);
}

#[test]
fn a_passphrase_that_locked_it_stays_the_one_that_opens_it() {
    let (agent, _) = agent();
    give(&agent);
    agent.json(&json!({"lock": {"passphrase": "right"}}));
    turn(&agent, IDLE);
    assert_eq!(state(&agent), "locked");
    assert_eq!(code(&agent.json(&json!({"unlock": {}}))), "locked");
    assert!(agent.json(&json!({"unlock": {"passphrase": "right"}}))["unlocked"].is_object());
    assert!(agent.token(APP)["token"].is_object());
}

#[test]
fn a_sealed_file_wants_its_passphrase_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = File::new(folder.path().join("sealed"), PassphraseSource::Ask).with_cost(CHEAP);
    let agent = TestAgent::that_locks_itself(Box::new(store) as Box<dyn Store>, IDLE);
    let unlock = |passphrase: &str| agent.json(&json!({"unlock": {"passphrase": passphrase}}));
    assert!(unlock("right")["unlocked"].is_object());
    give(&agent);
    turn(&agent, IDLE);
    eventually(|| (state(&agent) == "needs-passphrase").then_some(()));
    let refusal = agent.token(APP)["error"].clone();
    assert_eq!(refusal["code"], "locked");
    assert!(refusal["hint"].as_str().is_some_and(|hint| hint.contains("passphrase")), "{refusal}");
    assert_eq!(agent.json(&json!({"status": {}}))["status"]["store"]["trouble"], refusal);
    assert_eq!(code(&agent.json(&json!({"unlock": {}}))), "store-locked");
    assert_eq!(code(&unlock("wrong")), "wrong-passphrase");
    assert_eq!(code(&agent.token(APP)), "locked");
    assert!(unlock("right")["unlocked"].is_object());
    assert!(agent.token(APP)["token"].is_object());
}

#[test]
fn the_audit_log_says_that_the_agent_did_it() {
    let (agent, _) = agent();
    give(&agent);
    turn(&agent, IDLE);
    closes(&agent);
    let line = eventually(|| {
        let log = std::fs::read_to_string(agent.audit_log()).unwrap_or_default();
        log.lines().find(|line| line.contains("\"lock\"")).map(str::to_owned)
    });
    let line: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
    assert_eq!(line["pid"], std::process::id(), "{line}");
}
