//! API tokens: whether one lives, another value, and the end.

use std::sync::Arc;

use serde_json::json;
use usher_tests::clock::TestClock;
use usher_tests::edge::hosts::{ACME, API, RIVAL};
use usher_tests::edge::{Edge, Permission};

use super::super::hand::ask;
use super::{call, refusal, result};

#[test]
fn a_token_is_told_whether_it_lives() {
    let clock = Arc::new(TestClock::new());
    let edge = Edge::with_clock(Arc::<TestClock>::clone(&clock));
    let token = edge.add_api_token(&[]);
    let verify = |token: &str| call(&edge, token, "GET", "/user/tokens/verify", "");
    let answer = verify(&token);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("ratelimit"), Some("\"default\";r=1199;t=300"));
    assert_eq!(answer.header("ratelimit-policy"), Some("\"default\";q=1200;w=300"));
    assert_eq!(answer.json()["messages"][0]["code"], 10_000);
    assert_eq!(result(&answer), json!({"id": edge.api_token_id(&token), "status": "active"}));
    edge.end_api_token(&token, 1_900_000_000);
    assert_eq!(result(&verify(&token))["expires_on"], "2030-03-17T17:46:40.000000Z");
    clock.turn(1_000_000_000);
    assert_eq!(result(&verify(&token))["status"], "expired");
    assert!(!edge.api_token_lives(&token));
    edge.disable_api_token(&token);
    assert_eq!(result(&verify(&token))["status"], "disabled");
    edge.revoke_api_token(&token);
    assert_eq!(refusal(&verify(&token)), (401, json!(1000)));

    let of_account = edge.add_account_token(&[]);
    assert_eq!(refusal(&verify(&of_account)), (401, json!(1000)), "asked at the wrong place");
    let there = format!("/accounts/{}/tokens/verify", edge.account(ACME));
    assert_eq!(result(&call(&edge, &of_account, "GET", &there, ""))["status"], "active");
    let elsewhere = format!("/accounts/{}/tokens/verify", edge.account(RIVAL));
    assert_eq!(refusal(&call(&edge, &of_account, "GET", &elsewhere, "")), (401, json!(1000)));

    for bad in ["", "Bearer", "Basic eA==", "Bearer a b"] {
        let url = format!("https://{API}/client/v4/user/tokens/verify");
        let answer = ask(&edge, "GET", &url, &[("authorization", bad)]);
        assert_eq!(refusal(&answer), (400, json!(6003)), "{bad}");
        assert_eq!(answer.json()["errors"][0]["error_chain"][0]["code"], 6111);
    }
}

#[test]
fn tokens_are_rolled_and_deleted() {
    let edge = Edge::start();
    let admin = edge.add_api_token(&[Permission::ApiTokensWrite]);
    let (old, id) = {
        let old = edge.add_api_token(&[Permission::TunnelRead]);
        (old.clone(), edge.api_token_id(&old))
    };
    let shown = result(&call(&edge, &admin, "GET", &format!("/user/tokens/{id}"), ""));
    assert_eq!((&shown["id"], &shown["status"]), (&json!(id), &json!("active")));
    assert!(!shown.to_string().contains(&old));
    let value = format!("/user/tokens/{id}/value");
    assert_eq!(call(&edge, &admin, "PUT", &value, "").status, 400, "a body is needed");
    let new = result(&call(&edge, &admin, "PUT", &value, "{}"));
    assert_eq!(new, json!(edge.api_token_value(&id)));
    assert!(!edge.api_token_lives(&old) && edge.api_token_lives(new.as_str().expect("text")));
    let path = format!("/user/tokens/{id}");
    assert_eq!(result(&call(&edge, &admin, "DELETE", &path, "")), json!({"id": id}));
    assert_eq!(call(&edge, &admin, "DELETE", &path, "").status, 404);
    assert_eq!(result(&call(&edge, &admin, "GET", "/user/tokens", "")).as_array().map(Vec::len), Some(1));
    let of_account = edge.api_token_id(&edge.add_account_token(&[]));
    assert_eq!(
        call(&edge, &admin, "DELETE", &format!("/user/tokens/{of_account}"), "").status,
        404,
        "another owner's"
    );
}
