//! The credentials of tunnels that are not held are fetched once, and kept.

use std::sync::Barrier;
use std::thread;

use serde_json::json;
use usher_tests::edge::hosts::RIVAL;
use usher_tests::edge::{ApiCall, Fault, Where};
use usher_tests::world::World;

use super::{code, import, says, tunnel_secret};

#[test]
fn a_tunnel_is_fetched_by_its_name_and_then_needs_no_network() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let answer = tunnel_secret(&world.agent, "web", "token", None);
    assert_eq!(answer["secret"]["secret"], world.edge.tunnel_token(&id), "{answer}");
    let credential = &answer["secret"]["credential"];
    assert_eq!(
        (&credential["label"], &credential["tunnel"], &credential["source"]),
        (&json!("web"), &json!(id), &json!("exchange"))
    );
    let calls = world.edge.log().entries.len();
    let _down = world.edge.fault(Where::Anywhere, Fault::Cut);
    for name in ["web", &id, &id.to_uppercase()] {
        for form in ["token", "credentials"] {
            let again = tunnel_secret(&world.agent, name, form, None);
            assert_eq!(again["secret"]["credential"], *credential, "{name} {form}: {again}");
        }
    }
    let secret = world.edge.tunnel_secret(&id);
    let file = tunnel_secret(&world.agent, "web", "credentials", None)["secret"]["secret"].clone();
    let account = credential["account"].as_str().expect("an account");
    assert_eq!(
        file,
        format!(r#"{{"AccountTag":"{account}","TunnelSecret":"{secret}","TunnelID":"{id}","Endpoint":""}}"#)
    );
    let log = world.edge.log();
    assert_eq!((log.entries.len(), log.api_calls(ApiCall::TunnelToken)), (calls, 1));
    assert!(log.strays().is_empty(), "{:?}", log.strays());
}

#[test]
fn a_tunnel_is_fetched_by_its_uuid_and_known_by_its_name() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let answer = tunnel_secret(&world.agent, &id.to_uppercase(), "token", None);
    assert_eq!(answer["secret"]["secret"], world.edge.tunnel_token(&id), "{answer}");
    assert_eq!(answer["secret"]["credential"]["label"], "web");
    assert_eq!(world.edge.log().api_calls(ApiCall::Tunnels), 0);
}

#[test]
fn what_came_without_a_name_is_known_by_it_once_somebody_asked() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let held = import(&world.agent, "tunnel", None, "default", &world.edge.tunnel_token(&id));
    for _ in 0..2 {
        let answer = tunnel_secret(&world.agent, "web", "token", None);
        assert_eq!(answer["secret"]["credential"]["id"], held, "{answer}");
        assert_eq!(answer["secret"]["credential"]["label"], "web");
    }
    let log = world.edge.log();
    assert_eq!((log.api_calls(ApiCall::Tunnels), log.api_calls(ApiCall::TunnelToken)), (1, 0));
}

#[test]
fn many_who_ask_for_a_tunnel_cause_one_question() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let together = Barrier::new(20);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                together.wait();
                let answer = tunnel_secret(&world.agent, "web", "token", None);
                assert_eq!(answer["secret"]["secret"], world.edge.tunnel_token(&id), "{answer}");
            });
        }
    });
    let log = world.edge.log();
    assert_eq!((log.api_calls(ApiCall::Tunnels), log.api_calls(ApiCall::TunnelToken)), (1, 1));
}

#[test]
fn a_tunnel_that_is_not_the_accounts_is_none() {
    let world = World::start();
    world.log_in_to_account("default");
    let foreign = world.edge.add_tunnel_of(RIVAL, "theirs");
    for name in ["theirs", "nothing", &foreign, "00000000-0000-4000-8000-000000000000"] {
        let answer = tunnel_secret(&world.agent, name, "token", None);
        assert_eq!(code(&answer), "not-found", "{name}: {answer}");
        assert!(says(&answer, "usher tunnel list"), "{answer}");
        let shown = world.agent.json(&json!({"tunnel": {"tunnel": name}}));
        assert_eq!(code(&shown), "not-found", "{name}: {shown}");
    }
    assert_eq!(world.edge.log().api_calls(ApiCall::TunnelToken), 0);
    assert_eq!(world.held().len(), 1, "the certificate alone");
}

#[test]
fn a_tunnel_that_was_deleted_is_none() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let token = world.edge.add_api_token(&[usher_tests::edge::Permission::TunnelWrite]);
    let account = world.edge.account(usher_tests::edge::hosts::ACME);
    let url = format!("https://api.cloudflare.com/client/v4/accounts/{account}/cfd_tunnel/{id}");
    let deleted = world.edge.https().ask("DELETE", &url, &[("authorization", &format!("Bearer {token}"))]);
    assert_eq!(deleted.expect("the API answers").status, 200);
    for name in ["web", &id] {
        assert_eq!(code(&tunnel_secret(&world.agent, name, "token", None)), "not-found", "{name}");
    }
    assert_eq!(world.agent.json(&json!({"tunnels": {}}))["tunnels"]["tunnels"], json!([]));
}

#[test]
fn without_a_certificate_there_is_nothing_to_ask_with() {
    let world = World::start();
    world.edge.add_tunnel("web");
    let answer = tunnel_secret(&world.agent, "web", "token", None);
    assert_eq!(code(&answer), "not-found", "{answer}");
    assert!(says(&answer, "usher tunnel login"), "{answer}");
    assert!(world.edge.log().entries.is_empty());
}
