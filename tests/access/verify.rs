//! What the edge does not take any more is noticed, dropped and replaced.

use serde_json::{Value, json};
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{ADA, Fault, Where};
use usher_tests::world::World;

use super::{code, says, token};

fn verify(world: &World, url: &str) -> Value {
    world.agent.json(&json!({"verify": {"target": {"app": url}}}))
}

#[test]
fn a_good_token_stays() {
    let world = World::start();
    let login = world.log_in("https://app.example.test");
    let answer = verify(&world, "https://app.example.test");
    assert_eq!(answer["verified"]["replaced"], false, "{answer}");
    assert_eq!(token(&world.token("https://app.example.test")), token(&login));
}

#[test]
fn a_revoked_token_is_replaced_at_once() {
    let world = World::start();
    let login = world.log_in("https://app.example.test");
    world.edge.revoke_app_tokens("app.example.test");
    let answer = verify(&world, "https://app.example.test");
    assert_eq!(answer["verified"]["replaced"], true, "{answer}");
    let renewed = world.token("https://app.example.test");
    assert_ne!(token(&renewed), token(&login));
    assert_eq!(world.edge.log().logins(), 1, "nobody is asked");
    assert_eq!(verify(&world, "https://app.example.test")["verified"]["replaced"], false);
}

#[test]
fn a_revoked_session_is_dropped_with_its_org_token_and_a_new_login_is_kept() {
    let world = World::start();
    world.log_in("https://app.example.test");
    world.token("https://other.example.test");
    world.edge.revoke_sessions(ADA);
    let refused = verify(&world, "https://other.example.test");
    assert_eq!(code(&refused), "login-required", "{refused}");
    assert_eq!(
        world.held(),
        [("app-token".to_owned(), "app.example.test".to_owned())],
        "what was refused is gone"
    );
    world.log_in("https://other.example.test");
    assert!(world.held().iter().any(|(kind, label)| kind == "org-token" && label == ACME));
    assert_eq!(verify(&world, "https://app.example.test")["verified"]["replaced"], true);
}

#[test]
fn an_application_that_asks_for_more_than_the_session_has_does_not_end_it() {
    let world = World::start();
    world.log_in("https://app.example.test");
    world.token("https://other.example.test");
    let page = world.edge.fault(Where::Login.at(ACME), Fault::Status(200));
    let more = world.token("https://one.example.test");
    assert_eq!(code(&more), "login-required", "{more}");
    assert!(says(&more, "second factor"), "{more}");
    drop(page);
    assert!(world.token("https://two.example.test")["token"].is_object(), "the others go on");
}

#[test]
fn a_fresh_token_that_is_refused_at_once_names_the_binding_cookie() {
    let world = World::start();
    world.edge.change_app("app.example.test", |app| app.binding_cookie = true);
    let answer = world.log_in("https://app.example.test");
    assert_eq!(code(&answer), "not-supported", "{answer}");
    assert!(says(&answer, "binding cookie"), "{answer}");
    assert_eq!(world.edge.log().logins(), 1, "no second window");
}

#[test]
fn keys_that_were_rotated_are_found() {
    let world = World::start();
    world.log_in("https://app.example.test");
    world.clock.turn(120);
    world.edge.rotate_keys(ACME);
    let answer = world.token("https://other.example.test");
    assert!(answer["token"].is_object(), "{answer}");
    assert_eq!(world.edge.log().jwks_fetches(), 2);
}
