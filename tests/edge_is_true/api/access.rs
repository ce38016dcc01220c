//! The end of sessions and of service tokens, which the applications see too.

use std::sync::Arc;

use serde_json::json;
use usher_tests::clock::TestClock;
use usher_tests::edge::hosts::{ACME, RIVAL};
use usher_tests::edge::{ADA, Edge, Permission};

use super::super::hand::{APP, ask, exchange, tokens};
use super::{call, result};

#[test]
fn sessions_end_over_the_api_at_the_applications_too() {
    let edge = Edge::start();
    let token = edge.add_api_token(&[Permission::AccessAppsRevoke, Permission::AccessOrgRevoke]);
    let access = format!("/accounts/{}/access", edge.account(ACME));
    let app = "app.example.test";
    let aud = edge.audience(app);
    let listed = result(&call(&edge, &token, "GET", &format!("{access}/apps?aud={aud}"), ""));
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!((&listed[0]["id"], &listed[0]["aud"]), (&json!(edge.app_id(app)), &json!(aud)));
    let all = result(&call(&edge, &token, "GET", &format!("{access}/apps?per_page=50"), ""));
    assert!(all.as_array().is_some_and(|all| all.iter().all(|app| app["domain"] != "app.rival.test")));

    let opens = |token: &str| ask(&edge, "GET", APP, &[("cf-access-token", token)]).status == 200;
    let (first, org) = tokens(&edge, app);
    assert!(opens(&first));
    let revoke = format!("{access}/apps/{}/revoke_tokens", edge.app_id(app));
    let answer = call(&edge, &token, "POST", &revoke, "");
    assert_eq!((answer.status, answer.json()), (202, json!({"result": {}, "success": true})));
    assert!(!opens(&first));
    let hops = exchange(&edge, APP, &org);
    let (second, _) = hops[2].cookie("CF_Authorization").expect("another session");
    assert!(opens(second));

    let person = json!({"email": ADA}).to_string();
    let revoke = format!("{access}/organizations/revoke_user");
    let answer = call(&edge, &token, "POST", &revoke, &person);
    assert_eq!((answer.status, answer.json()), (200, json!({"result": true, "success": true})));
    assert!(!opens(second));
    assert_eq!(exchange(&edge, APP, &org).len(), 2, "the page to log in");
    assert_eq!(call(&edge, &token, "POST", &revoke, "{}").status, 400);
    assert_eq!(call(&edge, &token, "POST", &format!("{access}/apps/x/revoke_tokens"), "").status, 404);
}

#[test]
fn service_tokens_are_rotated_with_or_without_a_time_for_both() {
    let clock = Arc::new(TestClock::new());
    let edge = Edge::with_clock(Arc::<TestClock>::clone(&clock));
    let token = edge.add_api_token(&[Permission::ServiceTokensWrite]);
    let pair = edge.add_service_token(ACME);
    edge.add_service_token(RIVAL);
    let base = format!("/accounts/{}/access/service_tokens", edge.account(ACME));
    let listed = result(&call(&edge, &token, "GET", &base, ""));
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let id = edge.service_token_id(&pair.id);
    assert_eq!((&listed[0]["id"], &listed[0]["client_id"]), (&json!(id), &json!(pair.id)));
    assert!(!listed.to_string().contains(&pair.secret));
    let opens = |secret: &str| {
        let pair = [("cf-access-client-id", &*pair.id), ("cf-access-client-secret", secret)];
        ask(&edge, "GET", "https://service.example.test/", &pair).status == 200
    };
    let rotate = |body: &str| {
        let rotated = result(&call(&edge, &token, "POST", &format!("{base}/{id}/rotate"), body));
        assert_eq!(rotated["client_id"], json!(pair.id));
        rotated["client_secret"].as_str().expect("a secret").to_owned()
    };
    assert!(opens(&pair.secret));
    let second = rotate("");
    assert!(opens(&second) && !opens(&pair.secret));
    let third = rotate(r#"{"previous_client_secret_expires_at":"2099-01-01T00:00:00Z"}"#);
    assert!(opens(&third) && opens(&second) && !opens(&pair.secret));
    let fourth = rotate(r#"{"previous_client_secret_expires_at":"2001-01-01T00:00:00.5Z"}"#);
    assert!(opens(&fourth) && !opens(&third), "that time is past");
    let bad = r#"{"previous_client_secret_expires_at":"soon"}"#;
    assert_eq!(call(&edge, &token, "POST", &format!("{base}/{id}/rotate"), bad).status, 400);
    result(&call(&edge, &token, "DELETE", &format!("{base}/{id}"), ""));
    assert!(!opens(&fourth));
    assert_eq!(call(&edge, &token, "DELETE", &format!("{base}/{id}"), "").status, 404);

    let other = edge.add_service_token(ACME);
    let opens = || {
        let pair = [("cf-access-client-id", &*other.id), ("cf-access-client-secret", &*other.secret)];
        ask(&edge, "GET", "https://service.example.test/", &pair).status == 200
    };
    assert!(opens());
    clock.turn(366 * 24 * 60 * 60);
    assert!(!opens(), "it has ended");
}
