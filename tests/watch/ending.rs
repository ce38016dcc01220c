//! What ends soon and cannot be renewed.

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_tests::agent::TestAgent;
use usher_tests::edge::{Fault, Where};
use usher_tests::world::{World, eventually};

use super::{Watcher, give, lock, mark, unlock};

/// Expects that something ends soon, and was told so many seconds after `begin`.
#[track_caller]
fn ends(change: &Value, label: &str, after: i64, begin: i64) {
    assert_eq!((&change["what"], &change["credential"]["label"]), (&json!("expiring"), &json!(label)));
    assert_eq!(change["at"], begin + after);
}

#[test]
fn what_ends_in_five_minutes_is_told_once_for_each_secret() {
    let agent = TestAgent::start();
    let begin = agent.clock.now().0;
    let mut watcher = Watcher::of(&agent);
    give(&agent, "app.example.com", 1, 1000);
    agent.clock.turn(699);
    mark(&agent, "in time");
    watcher.expect(&[("issued", "app.example.com"), ("issued", "in time")]);
    agent.clock.turn(1);
    ends(&watcher.next(), "app.example.com", 700, begin);
    agent.clock.turn(100);
    give(&agent, "other.example.com", 2, 5000);
    give(&agent, "app.example.com", 1, 1000);
    watcher.expect(&[("issued", "other.example.com"), ("refreshed", "app.example.com")]);
    agent.clock.turn(700);
    ends(&watcher.next(), "app.example.com", 1500, begin);
}

#[test]
fn who_begins_to_watch_is_told_what_ends_soon_then() {
    let agent = TestAgent::start();
    let begin = agent.clock.now().0;
    give(&agent, "app.example.com", 1, 200);
    give(&agent, "other.example.com", 2, 200);
    let mut watcher = Watcher::with(&agent, &json!({"targets": [{"app": "app.example.com"}]}));
    ends(&watcher.next(), "app.example.com", 0, begin);
    lock(&agent);
    watcher.expect(&[("locked", "")]);
}

#[test]
fn what_ended_while_the_machine_slept_is_told_late() {
    let agent = TestAgent::start();
    let begin = agent.clock.now().0;
    let mut watcher = Watcher::of(&agent);
    give(&agent, "app.example.com", 1, 1000);
    watcher.expect(&[("issued", "app.example.com")]);
    agent.clock.turn(5000);
    ends(&watcher.next(), "app.example.com", 5000, begin);
}

#[test]
fn nothing_ends_in_a_locked_agent_before_it_is_open() {
    let agent = TestAgent::start();
    let begin = agent.clock.now().0;
    let mut watcher = Watcher::of(&agent);
    give(&agent, "app.example.com", 1, 1000);
    lock(&agent);
    agent.clock.turn(800);
    unlock(&agent);
    watcher.expect(&[("issued", "app.example.com"), ("locked", ""), ("unlocked", "")]);
    ends(&watcher.next(), "app.example.com", 800, begin);
}

/// A world in which an app token lives 1,000 seconds, and a team's session `org` seconds.
fn world(org: i64) -> (World, i64) {
    let world = World::start();
    world.edge.set_token_life(1000);
    world.edge.set_org_token_life(org);
    let begin = world.clock.now().0;
    world.log_in("https://app.example.test");
    (world, begin)
}

#[test]
fn what_can_be_renewed_is_not_told_until_that_fails() {
    let (world, begin) = world(100_000);
    world.token("https://app.example.test");
    let mut watcher = Watcher::of(&world.agent);
    let down = world.edge.fault(Where::Anywhere, Fault::Cut);
    let before = world.edge.log().count_of(Where::AppRequest);
    world.clock.turn(850);
    world.edge.wait_until(|log| log.count_of(Where::AppRequest) > before);
    world.clock.turn(50);
    ends(&watcher.next(), "app.example.test", 900, begin);
    drop(down);
    world.clock.turn(50); // after the pause it is tried again
    watcher.expect(&[("refreshed", "app.example.test")]);
    world.clock.turn(940);
    mark(&world.agent, "in use no more");
    watcher.expect(&[("issued", "in use no more")]);
}

#[test]
fn what_loses_its_session_is_told_then_or_with_it() {
    let (world, begin) = world(100_000);
    let mut watcher = Watcher::of(&world.agent);
    world.clock.turn(950);
    let list = world.agent.json(&json!({"list": {}}));
    let org = &list["list"]["credentials"][1];
    assert_eq!(org["kind"], "org-token");
    world.agent.json(&json!({"forget": {"id": org["id"]}}));
    assert_eq!(watcher.told().0, "forgotten");
    ends(&watcher.next(), "app.example.test", 950, begin);
}

#[test]
fn a_session_that_ends_before_its_tokens_renews_them_no_more() {
    let (world, begin) = world(990);
    let mut watcher = Watcher::of(&world.agent);
    world.clock.turn(895);
    let org = watcher.next();
    assert_eq!((&org["what"], &org["credential"]["kind"]), (&json!("expiring"), &json!("org-token")));
    world.clock.turn(5);
    ends(&watcher.next(), "app.example.test", 900, begin);
}

/// Nothing waits for the clock but where somebody watches something that ends.
#[test]
fn an_agent_that_nobody_watches_wakes_for_nothing() {
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1, 1000);
    assert_eq!(agent.clock.waiting(), 0);
    let mut watcher = Watcher::of(&agent);
    eventually(|| (agent.clock.waiting() == 1).then_some(()));
    give(&agent, "app.example.com", 1, 2000);
    watcher.expect(&[("refreshed", "app.example.com")]);
    drop(watcher);
    mark(&agent, "noticed");
    eventually(|| (agent.clock.waiting() == 0).then_some(()));
}
