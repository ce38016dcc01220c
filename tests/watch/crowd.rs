//! Watchers who are slow, many, or gone.

use std::io::BufReader;

use serde_json::json;
use usher_tests::agent::TestAgent;
use usher_tests::store::TestStore;
use usher_tests::world::eventually;

use super::{Watcher, mark, mark_over};

fn connections(agent: &TestAgent) -> u64 {
    agent.json(&json!({"status": {}}))["status"]["connections"].as_u64().expect("a number")
}

#[test]
fn who_takes_nothing_misses_changes_and_is_told_so() {
    let agent = TestAgent::start();
    // More than a socket's buffer and the agent's channel hold, even if the system doubles the former.
    let long = "x".repeat(8 * 1024);
    let mut stream = BufReader::new(agent.connect());
    for number in 0..400 {
        mark_over(&mut stream, &format!("{number:03} {long}"));
    }
    let mut watcher = Watcher::of(&agent);
    // At once: one that takes nothing for ten seconds is given up.
    assert_eq!(agent.json(&json!({"forget-all": {}}))["forgotten"]["count"], 400);
    let mut told = Vec::new();
    loop {
        let (what, label) = watcher.told();
        told.push(label.split(' ').next().unwrap_or_default().to_owned());
        if what == "missed" {
            break;
        }
    }
    assert!(told.len() < 300, "the agent kept {} for one that takes nothing", told.len());
    let in_order =
        told.iter().take(told.len() - 1).enumerate().all(|(at, label)| *label == format!("{at:03}"));
    assert!(in_order, "{told:?}");
    let mut last = String::new();
    while !last.starts_with("399 ") {
        last = watcher.told().1;
    }
    mark(&agent, "after that");
    watcher.expect(&[("issued", "after that")]);
}

#[test]
fn who_watches_makes_room_for_who_asks_the_one_that_was_told_longest_ago_first() {
    let agent = TestAgent::with(Box::new(TestStore::default()), 4);
    let mut silent = Watcher::with(&agent, &json!({"profile": "nobody"}));
    let mut others = [(); 3].map(|()| Watcher::of(&agent));
    // The agent is full, and still answers; `mark` connects too.
    mark(&agent, "told");
    others.iter_mut().for_each(|watcher| watcher.expect(&[("issued", "told")]));
    let closed = usher_tests::wire::read_line(&mut silent.0);
    assert!(closed.is_null(), "{closed}");
}

#[test]
fn a_thousand_watchers_who_left_leave_nothing() {
    let agent = TestAgent::with(Box::new(TestStore::default()), 64);
    for _ in 0..1000 {
        drop(Watcher::of(&agent));
    }
    assert!(connections(&agent) <= 64);
    mark(&agent, "noticed");
    eventually(|| (connections(&agent) == 1).then_some(()));
}
