//! An API that fails, lies or is somebody else: said in words of our own, and nothing is kept.

use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, RIVAL};
use usher_tests::edge::{ApiCall, Fault, Where};
use usher_tests::world::World;

use super::{code, credentials, says, tunnel_secret};

const CANARY: &str = "canary-of-a-server";

fn world() -> World {
    let world = World::start();
    world.log_in_to_account("default");
    world.edge.add_tunnel("web");
    world
}

fn all(world: &World) -> [Value; 3] {
    [
        world.agent.json(&json!({"tunnels": {}})),
        world.agent.json(&json!({"tunnel": {"tunnel": "web"}})),
        tunnel_secret(&world.agent, "web", "token", None),
    ]
}

fn errors(code: u32) -> Value {
    json!([{"code": code, "message": CANARY, "documentation_url": CANARY}])
}

#[test]
fn every_failure_has_its_code_and_no_words_of_the_servers() {
    let world = world();
    for (fault, refused) in [
        (Fault::Cut, "network"),
        (Fault::Status(500), "network"),
        (Fault::Status(403), "network"),
        (Fault::Refused(503, errors(1)), "network"),
        (Fault::Refused(400, errors(7)), "network"),
        (Fault::Refused(401, errors(1000)), "no-permission"),
        (Fault::Refused(403, errors(9109)), "no-permission"),
        (Fault::Refused(403, errors(10_000)), "no-permission"),
        (Fault::Refused(400, errors(6003)), "no-permission"),
        (Fault::Refused(429, errors(10_000)), "network"),
        (Fault::Body(CANARY.into()), "untrusted"),
        (Fault::Body(json!({"success": true, "result": CANARY}).to_string().into()), "untrusted"),
        (Fault::Body(json!({"success": true, "result": {"id": CANARY}}).to_string().into()), "untrusted"),
        (Fault::Body(json!({"success": true, "result": [{"id": "../x"}]}).to_string().into()), "untrusted"),
        (Fault::CutInside, "network"),
        (Fault::Endless, "network"),
        (Fault::Redirect(format!("https://evil.example.test/{CANARY}")), "untrusted"),
        (Fault::RedirectToSelf, "untrusted"),
    ] {
        let _fault = world.edge.fault(Where::AnyApi, fault.clone());
        for answer in all(&world) {
            assert_eq!(code(&answer), refused, "{fault:?}: {answer}");
            assert!(!answer.to_string().contains(CANARY), "{fault:?}: {answer}");
            assert!(answer["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{answer}");
        }
    }
    assert_eq!(world.held().len(), 1, "the certificate alone");
    assert!(world.edge.log().strays().is_empty());
    assert!(all(&world).iter().all(|answer| answer["error"].is_null()), "and then all is well");
}

#[test]
fn a_limit_says_when_to_come_again() {
    let world = world();
    let _limit = world.edge.fault(Where::AnyApi, Fault::Refused(429, errors(971)));
    let unsaid = &all(&world)[0];
    assert!(says(unsaid, "asked too much") && says(unsaid, "five minutes"), "{unsaid}");
    let _after = world.edge.fault(Where::AnyApi, Fault::Header("retry-after".into(), "290".into()));
    for answer in all(&world) {
        assert_eq!(code(&answer), "network", "{answer}");
        assert!(says(&answer, "try again in 4 min"), "{answer}");
    }
}

#[test]
fn what_passes_is_waited_out() {
    let world = world();
    for fault in [Fault::Cut, Fault::Status(502), Fault::Refused(429, errors(971))] {
        let _fault = world.edge.fault(Where::AnyApi.times(2), fault.clone());
        let list = &all(&world)[0];
        assert!(list["tunnels"].is_object(), "{fault:?}: {list}");
    }
    let messages = json!([{"code": 10_000, "message": "x"}, "x", 7]);
    let _messages = world.edge.fault(Where::AnyApi, Fault::Messages(messages));
    assert!(all(&world).iter().all(|answer| answer["error"].is_null()), "nobody reads messages");
}

/// Each body is an answer to the question for the token of `web`.
#[test]
fn a_token_for_another_tunnel_or_account_is_not_taken() {
    let world = world();
    let other = world.edge.add_tunnel("other");
    let foreign = world.edge.add_tunnel_of(RIVAL, "web");
    let token = |id: &str| world.edge.tunnel_token(id);
    let json = credentials(&world.edge.account(ACME), &other);
    for token in [token(&other), token(&foreign), json, CANARY.to_owned(), "e30=".to_owned()] {
        let body = json!({"success": true, "errors": [], "messages": [], "result": token}).to_string();
        let _fault = world.edge.fault(Where::Api(ApiCall::TunnelToken), Fault::Body(body.into()));
        let answer = tunnel_secret(&world.agent, "web", "token", None);
        assert_eq!(code(&answer), "untrusted", "{token}: {answer}");
    }
    assert_eq!(world.held().len(), 1, "nothing was kept");
}

#[test]
fn another_tunnel_in_the_place_of_the_one_that_was_asked_for_is_not_shown() {
    let world = world();
    let id = world.edge.add_tunnel("other");
    let body =
        json!({"success": true, "result": {"id": "00000000-0000-4000-8000-000000000000", "name": "web"}});
    let _fault = world.edge.fault(Where::Api(ApiCall::Tunnel), Fault::Body(body.to_string().into()));
    assert_eq!(code(&tunnel_secret(&world.agent, &id, "token", None)), "untrusted");
    assert_eq!(code(&world.agent.json(&json!({"tunnel": {"tunnel": id}}))), "untrusted");
}
