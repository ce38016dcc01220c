//! What a locked agent tells.

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_tests::agent::TestAgent;
use usher_tests::token::{app_token, file_name, import_file};

fn agent_with_a_token() -> TestAgent {
    let agent = TestAgent::start();
    agent.import(import_file(&file_name("app.example.com", 1), &app_token(1, agent.clock.now().0 + 1000)));
    agent
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

#[test]
fn a_locked_agent_tells_nothing_until_its_passphrase_opens_it() {
    let agent = agent_with_a_token();
    let before = agent.token("app.example.com");
    assert!(agent.json(&json!({"lock": {"passphrase": "right"}}))["locked"].is_object());
    let list = json!({"list": {}});
    let import =
        json!({"import": {"from": {"given": {"kind": "api-token", "label": "x"}}, "secret": "x".repeat(40)}});
    for request in [&list, &import, &json!({"lock": {"passphrase": "other"}}), &json!({"forget-all": {}})] {
        assert_eq!(code(&agent.json(request)), "locked", "{request}");
    }
    assert_eq!(code(&agent.token("app.example.com")), "locked");
    assert_eq!(agent.json(&json!({"status": {}}))["status"]["state"], "locked");
    assert_eq!(code(&agent.json(&json!({"unlock": {"passphrase": "wrong"}}))), "wrong-passphrase");
    assert_eq!(code(&agent.json(&json!({"unlock": {}}))), "locked");
    assert!(agent.json(&json!({"unlock": {"passphrase": "right"}}))["unlocked"].is_object());
    assert_eq!(agent.token("app.example.com"), before);
}

#[test]
fn an_agent_can_be_locked_with_nothing_in_it() {
    let agent = TestAgent::start();
    assert!(agent.json(&json!({"lock": {"passphrase": "p"}}))["locked"].is_object());
    assert_eq!(code(&agent.json(&json!({"unlock": {"passphrase": "q"}}))), "wrong-passphrase");
    assert!(agent.json(&json!({"unlock": {"passphrase": "p"}}))["unlocked"].is_object());
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object(), "an open agent stays open");
}
