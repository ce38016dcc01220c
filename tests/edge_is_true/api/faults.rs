//! What goes wrong at the API on purpose.

use serde_json::json;
use usher_tests::edge::hosts::{ACME, API};
use usher_tests::edge::{ApiCall, Edge, Fault, Where};

use super::{ALL, call, refusal, result};

#[test]
fn faults_of_the_api_are_what_they_say() {
    let edge = Edge::start();
    let token = edge.add_api_token(&ALL);
    let tunnels = format!("/accounts/{}/cfd_tunnel", edge.account(ACME));
    let list = || call(&edge, &token, "GET", &tunnels, "");
    edge.add_tunnel("web");
    {
        let _refused = edge.fault(Where::AnyApi, Fault::Refused(400, json!([{"code": "1000"}])));
        assert_eq!(refusal(&list()), (400, json!("1000")));
    }
    {
        let _nothing = edge.fault(Where::Api(ApiCall::Tunnels).times(1), Fault::Refused(200, json!([])));
        assert_eq!(list().json()["success"], false);
        assert_eq!(list().json()["success"], true);
    }
    {
        let _messages = edge.fault(Where::AnyApi, Fault::Messages(json!({"a": 1})));
        assert_eq!(list().json()["messages"], json!({"a": 1}));
        let _info = edge.fault(Where::AnyApi, Fault::ListInfo(json!({"count": 7})));
        assert_eq!(list().json()["result_info"], json!({"count": 7}));
    }
    {
        let _endless = edge.fault(Where::AnyApi, Fault::EndlessList);
        assert_ne!(list().json()["result"][0]["id"], list().json()["result"][0]["id"]);
    }
    let made = || edge.log().api_calls(ApiCall::CreateTunnel);
    let create = |name: &str| {
        let body = json!({"name": name}).to_string();
        let bearer = format!("Bearer {token}");
        let url = format!("https://{API}/client/v4{tunnels}");
        edge.https().ask_with("POST", &url, &[("authorization", &bearer)], body.as_bytes())
    };
    let exists = |name: &str| {
        let listed = result(&call(&edge, &token, "GET", &format!("{tunnels}?name={name}"), ""));
        listed.as_array().is_some_and(|list| list.len() == 1)
    };
    {
        let _cut = edge.fault(Where::AnyApi.times(1), Fault::Cut);
        create("cut").expect_err("no answer");
        assert!(!exists("cut"));
    }
    {
        let _lost = edge.fault(Where::AnyApi.times(1), Fault::Lost);
        create("lost").expect_err("no answer");
        assert!(exists("lost"));
    }
    {
        let _lost = edge.fault(Where::AnyApi.times(1), Fault::LostStatus(502));
        assert_eq!(create("bad gateway").expect("an answer").status, 502);
        assert!(exists("bad gateway"));
    }
    let held = edge.fault(Where::Api(ApiCall::CreateTunnel), Fault::HoldBack);
    std::thread::scope(|scope| {
        let create = scope.spawn(|| create("held").expect("an answer").status);
        edge.wait_until(|log| log.api_calls(ApiCall::CreateTunnel) == 4);
        while !exists("held") {}
        drop(held);
        assert_eq!(create.join().expect("no panic"), 200);
    });
    assert_eq!(made(), 4);
    let long = vec![b' '; 65 * 1024];
    let url = format!("https://{API}/client/v4{tunnels}");
    let answer = edge.https().ask_with("POST", &url, &[], &long);
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 413), "too long a body");
}
