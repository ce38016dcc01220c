//! Tokens in use are renewed before they end, and lookups wait for nobody.

use serde_json::json;
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{AppSettings, Fault, Where};
use usher_tests::world::World;

use super::{code, token};

#[test]
fn a_short_lived_token_in_use_is_never_served_dead_and_nobody_is_asked_again() {
    let world = World::start();
    world.edge.set_token_life(20);
    world.log_in("https://app.example.test");
    let https = world.edge.https();
    for second in 0..70 {
        for _ in 0..2 {
            let answer = world.token("https://app.example.test");
            let taken = https.ask("GET", "https://app.example.test/", &[("cf-access-token", token(&answer))]);
            assert_eq!(taken.expect("the edge answers").status, 200, "after {second} s");
        }
        world.clock.turn(1);
    }
    let log = world.edge.log();
    assert_eq!(log.logins(), 1);
    assert!((3..=8).contains(&log.exchanges()), "{} exchanges", log.exchanges());
}

#[test]
fn a_token_in_use_is_renewed_ahead_of_its_end_and_an_unused_one_is_not() {
    let world = World::start();
    world.edge.set_token_life(1000);
    world.log_in("https://app.example.test");
    world.log_in("https://other.example.test");
    let used = token(&world.token("https://app.example.test")).to_owned();
    let before = world.edge.log().exchanges();
    world.clock.turn(900);
    let log = world.edge.wait_until(|log| log.exchanges() > before);
    assert_eq!(
        log.at("other.example.test").iter().filter(|entry| entry.part == Where::Authorized).count(),
        1
    );
    let renewed = world.another_token("https://app.example.test", &used);
    assert_eq!(renewed["token"]["credential"]["source"], "exchange");
    assert_eq!(world.edge.log().exchanges(), before + 1);
}

#[test]
fn a_renewal_that_the_network_prevents_is_made_up_for() {
    let world = World::start();
    world.edge.set_token_life(10_000);
    world.log_in("https://app.example.test");
    let used = token(&world.token("https://app.example.test")).to_owned();
    let down = world.edge.fault(Where::Anywhere, Fault::Cut);
    let before = world.edge.log().count_of(Where::AppRequest);
    world.clock.turn(8500);
    world.edge.wait_until(|log| log.count_of(Where::AppRequest) > before);
    // Whoever asks now shares the renewal's fate, and waits until it is known.
    let refresh = json!({"refresh": {"target": {"app": "https://app.example.test"}}});
    assert_eq!(code(&world.agent.json(&refresh)), "network");
    assert_eq!(token(&world.token("https://app.example.test")), used, "it is good for a while yet");
    drop(down);
    let before = world.edge.log().exchanges();
    world.clock.turn(300);
    world.edge.wait_until(|log| log.exchanges() > before);
}

#[test]
fn lookups_are_answered_while_the_edge_is_down_and_while_it_hangs() {
    let world = World::start();
    let login = world.log_in("https://app.example.test");
    world.clock.turn(60);
    for fault in [Fault::Cut, Fault::Hang] {
        let _down = world.edge.fault(Where::Anywhere, fault);
        let before = world.edge.log().entries.len();
        for _ in 0..100 {
            assert_eq!(token(&world.token("https://app.example.test")), token(&login));
        }
        assert_eq!(world.edge.log().entries.len(), before, "no lookup goes out");
    }
    let _down = world.edge.fault(Where::Anywhere, Fault::Cut);
    let other = world.token("https://other.example.test");
    assert_eq!(code(&other), "network", "{other}");
}

/// Lets tokens outlive what is known about their applications.
fn with_long_lives() -> World {
    let world = World::start();
    world.edge.set_token_life(10 * 24 * 3600);
    world.edge.set_org_token_life(20 * 24 * 3600);
    world
}

#[test]
fn a_day_old_application_is_looked_at_again_behind_the_callers_back() {
    let world = with_long_lives();
    let login = world.log_in("https://app.example.test");
    world.clock.turn(24 * 3600 + 1);
    let _hang = world.edge.fault(Where::Metadata, Fault::Hang);
    assert_eq!(token(&world.token("https://app.example.test")), token(&login), "it waits for nothing");
    world.edge.wait_until(|log| log.discoveries() == 2);
}

#[test]
fn an_application_that_took_the_place_of_another_is_found_within_a_day() {
    let world = with_long_lives();
    let login = world.log_in("https://app.example.test");
    world.edge.remove_app("app.example.test");
    world.edge.add_app("*.example.test", AppSettings::of(ACME));
    world.clock.turn(24 * 3600 + 1);
    let renewed = world.another_token("https://app.example.test", token(&login));
    assert_eq!(renewed["token"]["credential"]["app"], "*.example.test");
    let apps = world.held().into_iter().filter(|(kind, _)| kind == "app-token").map(|(_, label)| label);
    assert_eq!(apps.collect::<Vec<_>>(), ["*.example.test"]);
}

#[test]
fn an_application_that_begins_below_another_is_found_behind_the_callers_back() {
    let world = World::start();
    let around = world.log_in("https://app.example.test");
    assert_eq!(token(&world.token("https://app.example.test/public")), token(&around));
    let below = world.another_token("https://app.example.test/admin/users", token(&around));
    assert_eq!(below["token"]["credential"]["app"], "app.example.test/admin");
    assert_eq!(token(&world.token("https://app.example.test/public")), token(&around), "which stays");
}

#[test]
fn a_refresh_gives_a_new_token_by_url_and_by_id() {
    let world = World::start();
    let login = world.log_in("https://x.wild.example.test/a");
    let id = login["token"]["credential"]["id"].clone();
    for target in [json!({"app": "https://x.wild.example.test"}), json!({"id": id})] {
        let before = token(&world.token("https://x.wild.example.test")).to_owned();
        let answer = world.agent.json(&json!({"refresh": {"target": target}}));
        assert_eq!(answer["refreshed"]["credential"]["id"], id, "{answer}");
        assert_ne!(token(&world.token("https://x.wild.example.test")), before);
    }
    let org = world.agent.json(&json!({"list": {}}))["list"]["credentials"][1]["id"].clone();
    let refused = world.agent.json(&json!({"refresh": {"target": {"id": org}}}));
    assert_eq!(code(&refused), "bad-request", "{refused}");
}

#[test]
fn a_caller_that_needs_more_life_gets_a_newer_token_or_is_told_why_not() {
    let world = World::start();
    world.edge.set_token_life(1000);
    let login = world.log_in("https://app.example.test");
    world.clock.turn(600);
    let ask = |min_valid: u32| {
        world.agent.json(&json!({"token": {"app": "app.example.test", "min_valid": min_valid}}))
    };
    assert_eq!(token(&ask(400)), token(&login));
    assert_ne!(token(&ask(401)), token(&login), "a fresh one lives so long");
    assert_eq!(code(&ask(2000)), "login-required", "none lives so long");
}
