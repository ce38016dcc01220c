//! What is told, and to whom.

use serde_json::json;
use usher_tests::agent::TestAgent;
use usher_tests::edge::ADA;
use usher_tests::edge::hosts::ACME;
use usher_tests::world::World;

use super::{Watcher, forget, give, lock, mark, unlock};

const APP: &str = "app.example.test";
const OTHER: &str = "other.example.test";

#[test]
fn what_comes_by_import_is_told_and_what_is_forgotten_too() {
    let agent = TestAgent::start();
    let mut watcher = Watcher::of(&agent);
    let id = give(&agent, "app.example.com", 1, 1000);
    let issued = watcher.next();
    assert_eq!(issued["what"], "issued");
    assert_eq!(issued["credential"]["id"], *id);
    assert_eq!(issued["at"], usher_agent::clock::Clock::now(&*agent.clock).0);
    give(&agent, "app.example.com", 1, 2000);
    give(&agent, "app.example.com", 1, 2000); // the same again
    give(&agent, "app.example.com", 1, 1500); // an older one
    give(&agent, "other.example.com", 2, 1000);
    forget(&agent, &id);
    agent.json(&json!({"forget-all": {}}));
    watcher.expect(&[
        ("refreshed", "app.example.com"),
        ("issued", "other.example.com"),
        ("forgotten", "app.example.com"),
        ("forgotten", "other.example.com"),
    ]);
}

#[test]
fn what_logins_and_exchanges_bring_is_told() {
    let world = World::start();
    let mut watcher = Watcher::of(&world.agent);
    world.log_in("https://app.example.test");
    watcher.expect(&[("issued", ACME), ("issued", APP)]);
    world.token("https://other.example.test");
    watcher.expect(&[("issued", OTHER)]);
    world.agent.json(&json!({"refresh": {"target": {"app": APP}}}));
    watcher.expect(&[("refreshed", APP)]);
}

#[test]
fn a_renewal_ahead_is_told() {
    let world = World::start();
    world.edge.set_token_life(1000);
    world.log_in("https://app.example.test");
    world.token("https://app.example.test");
    let mut watcher = Watcher::of(&world.agent);
    world.clock.turn(850);
    watcher.expect(&[("refreshed", APP)]);
}

#[test]
fn what_cloudflare_refuses_and_something_new_replaces_is_refreshed() {
    let world = World::start();
    world.log_in("https://app.example.test");
    let mut watcher = Watcher::of(&world.agent);
    let verify = |url: &str| world.agent.json(&json!({"verify": {"target": {"app": url}}}));
    world.edge.revoke_app_tokens(APP);
    assert_eq!(verify(APP)["verified"]["replaced"], true);
    watcher.expect(&[("refreshed", APP)]);
}

#[test]
fn a_session_that_was_ended_is_told_as_revoked_with_the_token_that_showed_it() {
    let world = World::start();
    world.log_in("https://app.example.test");
    world.token("https://other.example.test");
    let mut watcher = Watcher::of(&world.agent);
    world.edge.revoke_sessions(ADA);
    let verified = world.agent.json(&json!({"verify": {"target": {"app": OTHER}}}));
    assert_eq!(verified["error"]["code"], "login-required");
    watcher.expect(&[("revoked", ACME), ("revoked", OTHER)]);
    world.log_in("https://other.example.test");
    watcher.expect(&[("issued", ACME), ("issued", OTHER)]);
}

#[test]
fn a_locked_agent_tells_that_and_nothing_about_credentials() {
    let agent = TestAgent::start();
    let mut before = Watcher::of(&agent);
    lock(&agent);
    let mut while_locked = Watcher::of(&agent);
    for watcher in [&mut before, &mut while_locked] {
        // An import is refused, and no change.
        assert_eq!(agent.json(&json!({"forget-all": {}}))["error"]["code"], "locked");
        assert!(watcher.0.buffer().is_empty());
    }
    unlock(&agent);
    mark(&agent, "open");
    before.expect(&[("locked", ""), ("unlocked", ""), ("issued", "open")]);
    while_locked.expect(&[("unlocked", ""), ("issued", "open")]);
    assert!(agent.json(&json!({"unlock": {}}))["unlocked"].is_object(), "which it was");
    mark(&agent, "still open");
    before.expect(&[("issued", "still open")]);
}

#[test]
fn a_url_is_about_the_token_that_answers_it() {
    let agent = TestAgent::start();
    let watch = json!({"targets": [{"app": "https://app.example.com/admin/users"}]});
    let mut watcher = Watcher::with(&agent, &watch);
    give(&agent, "*.example.com", 1, 1000);
    give(&agent, "other.example.com", 2, 1000);
    give(&agent, "app.example.com", 3, 1000);
    let admin = give(&agent, "app.example.com/admin", 4, 1000);
    watcher.expect(&[
        ("issued", "*.example.com"),
        ("issued", "app.example.com"),
        ("issued", "app.example.com/admin"),
    ]);
    give(&agent, "*.example.com", 1, 2000); // answers other URLs only
    give(&agent, "app.example.com", 3, 2000);
    mark(&agent, "app.example.com");
    forget(&agent, &admin);
    watcher.expect(&[("forgotten", "app.example.com/admin")]);
    give(&agent, "app.example.com", 3, 3000);
    lock(&agent);
    watcher.expect(&[("refreshed", "app.example.com"), ("locked", "")]);
}

#[test]
fn an_id_is_about_one_that_comes_later_too() {
    let agent = TestAgent::start();
    let id = give(&agent, "app.example.com", 1, 1000);
    forget(&agent, &id);
    let mut watcher = Watcher::with(&agent, &json!({"targets": [{"id": id}]}));
    mark(&agent, "another");
    give(&agent, "app.example.com", 1, 1000);
    forget(&agent, &id);
    watcher.expect(&[("issued", "app.example.com"), ("forgotten", "app.example.com")]);
}

#[test]
fn a_profile_is_about_its_credentials() {
    let agent = TestAgent::start();
    let mut watcher = Watcher::with(&agent, &json!({"profile": "work"}));
    mark(&agent, "mine");
    let from = json!({"given": {"kind": "api-token", "label": "theirs"}});
    agent.json(&json!({"import": {"profile": "work", "from": from, "secret": "x".repeat(40)}}));
    agent.json(&json!({"forget-all": {"profile": "default"}}));
    agent.json(&json!({"forget-all": {}}));
    watcher.expect(&[("issued", "theirs"), ("forgotten", "theirs")]);
}
