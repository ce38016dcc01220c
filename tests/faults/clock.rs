//! The clock jumps: a machine wakes up, or somebody sets its time.

use serde_json::{Value, json};
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{ApiCall, Fault, Permission, Where};
use usher_tests::world::{World, eventually};

use super::code;
use crate::revoke::ADMINISTRATOR;

const APP: &str = "https://app.example.test";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Logs in for a token of an hour's life in a session of a day's; shows the token.
fn logged_in(world: &World) -> Value {
    world.edge.set_token_life(HOUR);
    world.edge.set_org_token_life(DAY);
    world.log_in(APP)["token"]["token"].clone()
}

#[test]
fn after_a_jump_ahead_no_token_is_served_that_has_ended() {
    let world = World::start();
    let first = logged_in(&world);
    world.clock.turn(2 * HOUR);
    let second = world.token(APP)["token"]["token"].clone();
    assert!(second.is_string() && second != first, "it was renewed without a person");
    world.clock.turn(30 * DAY);
    assert_eq!(code(&world.token(APP)), "login-required", "the session has ended too");
    assert!(world.log_in(APP)["token"].is_object());
}

#[test]
fn after_a_jump_back_what_is_held_is_served_while_its_application_is_looked_at_again() {
    let world = World::start();
    let first = logged_in(&world);
    world.token(APP); // from now on it is in use
    let before = world.edge.log().entries.len();
    for back in [-60, -HOUR, -400 * DAY] {
        world.clock.turn(back);
        assert_eq!(world.token(APP)["token"]["token"], first);
    }
    let since = eventually(|| {
        let since = world.edge.log().entries.split_off(before);
        (!since.is_empty()).then_some(since)
    });
    assert!(since.iter().all(|entry| entry.carried.is_empty() && !entry.issued_app_token), "{since:?}");
    world.clock.turn(400 * DAY + HOUR + 60 + HOUR);
    assert!(world.another_token(APP, first.as_str().expect("text"))["token"].is_object());
}

/// An agent that waits for a moment waits no longer because the clock was set back.
#[test]
fn a_revocation_that_is_to_be_tried_again_is_tried_soon_after_a_jump_back() {
    let world = World::start();
    let token = world.edge.add_api_token(&[Permission::ApiTokensWrite]);
    let from = json!({"given": {"kind": "api-token", "label": "admin"}});
    world.agent.json(&json!({"import": {"from": from, "secret": token}}));
    let down = world.edge.fault(Where::Anywhere, Fault::Cut);
    let answer = world.revoke(&json!({"all": null}));
    assert_eq!(answer["revoked"]["revoked"][0]["state"], "pending", "{answer}");
    drop(down);
    world.clock.turn(-HOUR);
    // From now on the clock stands still: the old time does not come again.
    eventually(|| (!world.edge.api_token_lives(&token)).then_some(()));
}

#[test]
fn who_waits_for_a_revocation_is_answered_after_a_jump_back() {
    let world = World::start();
    world.log_in(APP);
    let _deaf = world.edge.fault(Where::Logout, Fault::Status(200));
    let mut waiting = world.begin(&json!({"revoke": {"what": {"each": [{"app": APP}]}}}));
    let told = waiting.page();
    assert!(told["event"]["revoking"].is_object(), "{told}");
    waiting.wait();
    // Only then does the agent wait for the clock.
    eventually(|| (world.clock.waiting() > 0).then_some(()));
    world.clock.turn(-HOUR);
    let answer = waiting.finish(|_page| unreachable!("nobody has to log in"));
    assert!(answer["revoked"].is_object(), "{answer}");
}

/// Cloudflare has so long to end a session that it was told to end, and then somebody else is asked to.
#[test]
fn what_cloudflare_was_told_before_a_jump_back_it_is_told_again() {
    let world = World::start();
    world.edge.set_token_life(DAY);
    world.log_in(APP);
    world.clock.turn(2 * HOUR); // so that the token is taken after the jump too
    let _deaf = world.edge.fault(Where::Logout, Fault::Status(200));
    let told = || world.edge.log().count_of(Where::Logout);
    let answer = world.revoke(&json!({"each": [{"app": APP}]}));
    assert_eq!(answer["revoked"]["revoked"][0]["state"], "pending", "{answer}");
    assert_eq!(told(), 1);
    world.clock.turn(-HOUR);
    eventually(|| (told() == 2).then_some(()));
}

/// The note that it was told stays, by which a deletion whose answer was lost is known.
#[test]
fn a_deletion_whose_answer_was_lost_before_a_jump_back_is_done() {
    let world = World::start();
    let administrator = world.edge.add_api_token(&ADMINISTRATOR);
    world.import(&json!({"given": {"kind": "api-token", "label": "admin"}}), &administrator);
    let service = world.edge.add_service_token(ACME);
    let pair = format!("{} {}", service.id, service.secret);
    let id = world.import(&json!({"service-token": {"app": "service.example.test"}}), &pair);
    let _lost = world.edge.fault(Where::Api(ApiCall::DeleteServiceToken), Fault::Lost);
    let mut waiting = world.begin(&json!({"revoke": {"what": {"each": [{"id": id}]}}}));
    let told = waiting.page();
    assert_eq!(told["event"]["revoking"]["state"], "pending", "{told}");
    waiting.wait();
    eventually(|| (world.clock.waiting() > 0).then_some(()));
    world.clock.turn(-HOUR);
    let answer = waiting.finish(|_page| unreachable!("nobody has to log in"));
    assert_eq!(answer["revoked"]["revoked"][0]["state"], "done", "{answer}");
}
