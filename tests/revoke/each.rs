//! Single credentials, persons and applications.

use serde_json::json;
use usher_tests::edge::{ADA, ApiCall, Fault, Permission, Where};
use usher_tests::world::World;

use super::{ADMINISTRATOR, APP, All, SERVICE_APP, code, pairs, revoke, revoked};

fn takes(world: &World, url: &str, token: &str) -> bool {
    world.edge.https().ask("GET", url, &[("cf-access-token", token)]).expect("an answer").status == 200
}

#[test]
fn an_app_token_ends_with_its_session_by_its_own_logout() {
    let world = World::start();
    let login = world.log_in(APP);
    let token = login["token"]["token"].as_str().expect("a token");
    assert_eq!(revoke(&world, &json!({"each": [{"app": APP}]})), pairs(&[("app-token", "done")]));
    assert!(!takes(&world, APP, token));
    assert_eq!(world.edge.log().count_of(Where::AnyApi), 0, "nothing but the session itself was needed");
    assert_eq!(world.held().len(), 1, "the org token was not named");
    assert_eq!(code(&world.token(APP)), "login-required", "and its session is over");
}

#[test]
fn a_session_that_outlives_its_logout_is_ended_by_an_administrator() {
    let world = World::start();
    let token = world.log_in(APP)["token"]["token"].as_str().expect("a token").to_owned();
    let deaf = world.edge.fault(Where::Logout, Fault::Status(200));
    assert_eq!(revoke(&world, &json!({"each": [{"app": APP}]})), pairs(&[("app-token", "pending")]));
    world.import(
        &json!({"given": {"kind": "api-token", "label": "admin"}}),
        &world.edge.add_api_token(&ADMINISTRATOR),
    );
    world.turn_until(|| super::pending(&world).is_empty());
    drop(deaf);
    assert!(!takes(&world, APP, &token));
    assert_eq!(world.edge.log().count_of(Where::Api(ApiCall::RevokeUser)), 1);
}

#[test]
fn a_session_that_nothing_ends_is_told_to_be_valid_until_its_end() {
    let world = World::start();
    let token = world.log_in(APP)["token"]["token"].as_str().expect("a token").to_owned();
    let _deaf = world.edge.fault(Where::Logout, Fault::Status(200));
    let answer = revoked(&world, &json!({"each": [{"app": APP}]}));
    let one = &answer["revoked"]["revoked"][0];
    assert_eq!(one["state"], "pending", "{one}");
    assert!(one["until"].is_number() && one["why"].as_str().is_some_and(|why| why.contains("half a minute")));
    world.turn_until(|| super::pending(&world).is_empty());
    assert!(takes(&world, APP, &token), "there was nothing else to be done");
}

#[test]
fn every_token_of_a_person_ends() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let states = revoke(&world, &json!({"person": ADA.to_uppercase()}));
    assert_eq!(states, pairs(&[("org-token", "done"), ("app-token", "done")]));
    assert_eq!(world.edge.log().count_of(Where::Api(ApiCall::RevokeUser)), 1, "once is enough");
    assert!(!takes(&world, APP, &all.app_token));
    assert_eq!(world.held().len(), 4);
    let nobody = world.agent.json(&json!({"revoke": {"what": {"person": "nobody@example.test"}}}));
    assert_eq!(code(&nobody), "not-found", "{nobody}");
}

#[test]
fn every_token_of_an_application_ends() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    assert_eq!(revoke(&world, &json!({"app": APP})), pairs(&[("app-token", "done")]));
    assert_eq!(world.edge.log().count_of(Where::Api(ApiCall::RevokeAppTokens)), 1);
    assert!(!takes(&world, APP, &all.app_token));
}

#[test]
fn what_a_service_token_was_exchanged_for_ends_with_its_application() {
    let world = World::start();
    All::bring(&world, &ADMINISTRATOR);
    let token = world.token(SERVICE_APP)["token"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(revoke(&world, &json!({"each": [{"app": SERVICE_APP}]})), pairs(&[("app-token", "done")]));
    assert!(!takes(&world, SERVICE_APP, &token));
    assert!(world.token(SERVICE_APP)["token"].is_object(), "the service token itself was not named");
}

#[test]
fn without_an_administrator_it_is_told_until_when_that_is_valid() {
    let world = World::start();
    let service = world.edge.add_service_token(usher_tests::edge::hosts::ACME);
    let pair = format!("{} {}", service.id, service.secret);
    world.import(&json!({"service-token": {"app": "service.example.test"}}), &pair);
    world.token(SERVICE_APP);
    let answer = revoked(&world, &json!({"each": [{"app": SERVICE_APP}]}));
    let one = &answer["revoked"]["revoked"][0];
    assert_eq!(one["state"], "still-valid", "{one}");
    assert!(one["until"].is_number(), "{one}");
}

#[test]
fn a_tunnel_that_is_gone_is_revoked_and_so_is_a_dead_certificate() {
    let world = World::start();
    let all = All::bring(&world, &[Permission::AccountRead]);
    world.edge.revoke_api_token(&all.certificate_token());
    let states = revoke(&world, &json!({"all": null}));
    assert!(states.contains(&("account-cert".to_owned(), "done".to_owned())), "{states:?}");
    assert!(states.contains(&("tunnel".to_owned(), "still-valid".to_owned())), "{states:?}");
}

#[test]
fn a_limit_of_the_api_is_waited_out() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let limited = world.edge.fault(Where::AnyApi, Fault::Status(429));
    let states = revoke(&world, &json!({"all": null}));
    assert!(states.iter().filter(|(_, state)| state == "pending").count() >= 4, "{states:?}");
    drop(limited);
    world.turn_until(|| super::pending(&world).is_empty());
    assert_eq!(all.still_taken(&world), [""; 0]);
}

#[test]
fn a_deletion_whose_answer_is_lost_is_done_once() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let lost = [
        world.edge.fault(Where::Api(ApiCall::DeleteServiceToken).times(1), Fault::Lost),
        world.edge.fault(Where::Api(ApiCall::DeleteToken).times(1), Fault::Lost),
        world.edge.fault(Where::Api(ApiCall::ChangeTunnel).times(1), Fault::Lost),
    ];
    revoke(&world, &json!({"all": null}));
    drop(lost);
    world.turn_until(|| super::pending(&world).is_empty());
    assert_eq!(all.still_taken(&world), [""; 0]);
    assert_eq!(world.edge.log().count_of(Where::Api(ApiCall::ChangeTunnel)), 1);
}

#[test]
fn without_an_administrator_the_other_sessions_of_a_person_or_an_application_are_told_to_remain() {
    for what in [json!({"person": ADA}), json!({"app": APP})] {
        let world = World::start();
        let token = world.log_in(APP)["token"]["token"].as_str().expect("a token").to_owned();
        let answer = revoked(&world, &what);
        let first = &answer["revoked"]["revoked"][0];
        assert_eq!(first["state"], "still-valid", "{answer}");
        assert!(first["why"].as_str().is_some_and(|why| why.contains("other sessions")), "{first}");
        assert!(!takes(&world, APP, &token), "its own is over");
    }
}

#[test]
fn a_person_whose_own_session_is_over_is_revoked_all_the_same() {
    let world = World::start();
    All::bring(&world, &ADMINISTRATOR);
    world.edge.revoke_sessions(ADA);
    let states = revoke(&world, &json!({"person": ADA}));
    assert_eq!(states, pairs(&[("org-token", "done"), ("app-token", "done")]));
    assert_eq!(world.edge.log().count_of(Where::Api(ApiCall::RevokeUser)), 1);
}

#[test]
fn what_something_in_between_says_is_no_reason_to_give_up() {
    for fault in [
        Fault::Body(b"<html>a page of a hotel</html>".to_vec()),
        Fault::Redirect("https://one.example.test/".to_owned()),
        Fault::Endless,
    ] {
        let world = World::start();
        let all = All::bring(&world, &ADMINISTRATOR);
        let between = world.edge.fault(Where::AnyApi, fault.clone());
        let states = revoke(&world, &json!({"all": null}));
        assert!(!states.iter().any(|(_, state)| state == "still-valid"), "{fault:?}: {states:?}");
        drop(between);
        world.turn_until(|| super::pending(&world).is_empty());
        assert_eq!(all.still_taken(&world), [""; 0], "{fault:?}");
    }
}

#[test]
fn a_tunnel_in_the_middle_of_a_rotation_loses_both_of_its_secrets() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let staged = json!({"rotate-tunnel": {"which": {"tunnel": "web"}, "staged": true}});
    assert_eq!(world.agent.json(&staged)["rotated"]["finished"], false);
    let made = world.edge.tunnel_token(&all.tunnel);
    assert_ne!(made, all.tunnel_token);
    let states = revoke(&world, &json!({"all": null}));
    assert!(states.iter().all(|(_, state)| state == "done"), "{states:?}");
    assert!(world.edge.connect(&all.tunnel, &made).is_err(), "a replica may have had it");
    assert_eq!(all.still_taken(&world), [""; 0]);
    assert_eq!(world.agent.json(&json!({"pending": {}}))["pending"]["rotations"], json!([]));
}

#[test]
fn what_is_pending_can_be_asked_for_while_a_revocation_goes_on() {
    let world = World::start();
    All::bring(&world, &ADMINISTRATOR);
    let hang = world.edge.fault(Where::Logout, Fault::Hang);
    std::thread::scope(|scope| {
        let revoking = scope.spawn(|| revoke(&world, &json!({"all": null})));
        world.edge.wait_until(|log| log.count_of(Where::Logout) > 0);
        assert_eq!(super::pending(&world).len(), 6, "nobody waits for the edge");
        drop(hang);
        assert_eq!(revoking.join().expect("it ends").len(), 6);
    });
}

#[test]
fn an_api_token_that_may_not_list_accounts_is_used_for_those_that_are_known() {
    let world = World::start();
    let may = [Permission::ServiceTokensWrite, Permission::ApiTokensWrite, Permission::AccessAppsRevoke];
    let all = All::bring(&world, &may);
    let states = revoke(&world, &json!({"all": null}));
    assert!(states.iter().all(|(_, state)| state == "done"), "{states:?}");
    assert_eq!(all.still_taken(&world), [""; 0]);
}

#[test]
fn an_api_token_of_an_account_ends_itself() {
    let world = World::start();
    let may = [Permission::AccountRead, Permission::AccountTokensWrite];
    let value = world.edge.add_account_token(&may);
    world.import(&json!({"given": {"kind": "api-token", "label": "of the account"}}), &value);
    assert_eq!(revoke(&world, &json!({"all": null})), pairs(&[("api-token", "done")]));
    assert!(!world.edge.api_token_lives(&value));
}

#[test]
fn what_is_revoked_is_wiped_at_once_though_another_revocation_goes_on() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let hang = world.edge.fault(Where::Logout, Fault::Hang);
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| revoke(&world, &json!({"each": [{"app": APP}]})));
        world.edge.wait_until(|log| log.count_of(Where::Logout) > 0);
        let held = world.agent.json(&json!({"list": {}}))["list"]["credentials"].clone();
        let tunnel = held.as_array().expect("a list").iter().find(|one| one["kind"] == "tunnel").expect("it");
        let quick = revoke(&world, &json!({"each": [{"id": tunnel["id"]}]}));
        assert_eq!(quick, pairs(&[("tunnel", "done")]));
        let again = revoke(&world, &json!("pending"));
        assert_eq!(again, pairs(&[("app-token", "pending")]), "somebody is at it");
        drop(hang);
        assert_eq!(slow.join().expect("it ends"), pairs(&[("app-token", "done")]));
    });
    assert!(world.edge.connect(&all.tunnel, &all.tunnel_token).is_err());
    assert_eq!(world.edge.log().count_of(Where::Logout), 1, "nothing was told twice");
}
