//! The API by hand: who may ask, what is told, and what follows from a change.

mod access;
mod faults;
mod tokens;
mod tunnels;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, AGENCY, API, FEDRAMP_API, LOCAL_API, RIVAL};
use usher_tests::edge::https::Reply;
use usher_tests::edge::{Edge, Permission};

const ALL: [Permission; 12] = [
    Permission::TunnelRead,
    Permission::TunnelWrite,
    Permission::ApiTokensRead,
    Permission::ApiTokensWrite,
    Permission::AccountTokensRead,
    Permission::AccountTokensWrite,
    Permission::AccountRead,
    Permission::AccessAppsRead,
    Permission::AccessAppsRevoke,
    Permission::AccessOrgRevoke,
    Permission::ServiceTokensRead,
    Permission::ServiceTokensWrite,
];

/// Makes a call to a host with a token and a body.
fn call_at(edge: &Edge, host: &str, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let url = format!("https://{host}/client/v4{path}");
    let bearer = format!("Bearer {token}");
    edge.https().ask_with(method, &url, &[("authorization", &bearer)], body.as_bytes()).expect("an answer")
}

fn call(edge: &Edge, token: &str, method: &str, path: &str, body: &str) -> Reply {
    call_at(edge, API, token, method, path, body)
}

/// Names status and first code of an answer.
fn refusal(reply: &Reply) -> (u16, Value) {
    let json = reply.json();
    assert_eq!((&json["success"], &json["result"]), (&json!(false), &json!(null)));
    (reply.status, json["errors"][0]["code"].clone())
}

/// Shows the result of a call that went well.
fn result(reply: &Reply) -> Value {
    let json = reply.json();
    assert_eq!((reply.status, &json["success"]), (200, &json!(true)), "{json}");
    json["result"].clone()
}

#[test]
fn every_call_needs_its_permission_in_its_account() {
    let edge = Edge::start();
    let account = edge.account(ACME);
    let tunnel = edge.add_tunnel("web");
    let at_tunnel = |rest: &str| format!("/accounts/{account}/cfd_tunnel/{tunnel}{rest}");
    let access = |rest: &str| format!("/accounts/{account}/access/{rest}");
    let nobody = "0".repeat(32);
    for (method, path, needed) in [
        ("GET", "/user/tokens".to_owned(), &[Permission::ApiTokensRead, Permission::ApiTokensWrite][..]),
        ("PUT", format!("/user/tokens/{nobody}/value"), &[Permission::ApiTokensWrite]),
        ("DELETE", format!("/user/tokens/{nobody}"), &[Permission::ApiTokensWrite]),
        ("DELETE", format!("/accounts/{account}/tokens/{nobody}"), &[Permission::AccountTokensWrite]),
        ("GET", "/accounts".to_owned(), &[Permission::AccountRead]),
        (
            "GET",
            format!("/accounts/{account}/cfd_tunnel"),
            &[Permission::TunnelRead, Permission::TunnelWrite],
        ),
        ("POST", format!("/accounts/{account}/cfd_tunnel"), &[Permission::TunnelWrite]),
        ("GET", at_tunnel(""), &[Permission::TunnelRead, Permission::TunnelWrite]),
        ("PATCH", at_tunnel(""), &[Permission::TunnelWrite]),
        ("GET", at_tunnel("/token"), &[Permission::TunnelWrite]),
        ("GET", at_tunnel("/connections"), &[Permission::TunnelRead, Permission::TunnelWrite]),
        ("DELETE", at_tunnel("/connections"), &[Permission::TunnelWrite]),
        ("GET", access("apps"), &[Permission::AccessAppsRead, Permission::AccessAppsRevoke]),
        ("POST", access("apps/x/revoke_tokens"), &[Permission::AccessAppsRevoke]),
        ("POST", access("organizations/revoke_user"), &[Permission::AccessOrgRevoke]),
        ("GET", access("service_tokens"), &[Permission::ServiceTokensRead, Permission::ServiceTokensWrite]),
        ("POST", access("service_tokens/x/rotate"), &[Permission::ServiceTokensWrite]),
        ("DELETE", access("service_tokens/x"), &[Permission::ServiceTokensWrite]),
    ] {
        let others: Vec<_> = ALL.into_iter().filter(|one| !needed.contains(one)).collect();
        let without = edge.add_api_token(&others);
        assert_eq!(
            refusal(&call(&edge, &without, method, &path, "")),
            (403, json!(10_000)),
            "{method} {path}"
        );
        for one in needed {
            let with = edge.add_api_token(&[*one]);
            let answer = call(&edge, &with, method, &path, "");
            assert_ne!(answer.status, 403, "{method} {path} {one:?}");
        }
        let rival = edge.add_api_token_of(RIVAL, &ALL);
        if path.contains(&account) {
            assert_eq!(refusal(&call(&edge, &rival, method, &path, "")), (403, json!(10_000)));
        }
        let unknown = format!("cfut_{}", "x".repeat(48));
        assert_eq!(refusal(&call(&edge, &unknown, method, &path, "")), (403, json!(9109)));
    }
    let all = edge.add_api_token(&ALL);
    assert_eq!(refusal(&call(&edge, &all, "GET", "/zones", "")), (404, json!(7003)));
    assert_eq!(result(&call(&edge, &all, "GET", "/accounts", ""))[0]["id"], account);
    edge.disable_api_token(&all);
    assert_eq!(refusal(&call(&edge, &all, "GET", "/accounts", "")), (403, json!(10_000)));
}

#[test]
fn each_region_has_an_api_of_its_own() {
    let edge = Edge::start();
    let (ours, theirs) = (edge.add_api_token(&ALL), edge.add_api_token_of(AGENCY, &ALL));
    for (host, token, good) in [
        (API, &ours, true),
        (LOCAL_API, &ours, true),
        (FEDRAMP_API, &theirs, true),
        (FEDRAMP_API, &ours, false),
        (API, &theirs, false),
    ] {
        let strays = edge.log().strays().len();
        let answer = call_at(&edge, host, token, "GET", "/accounts", "");
        assert_eq!(answer.status, if good { 200 } else { 403 }, "{host}");
        assert_eq!(edge.log().strays().len() - strays, usize::from(!good), "{host}");
    }
    let tunnel = edge.add_tunnel_of(AGENCY, "web");
    let token = edge.tunnel_token(&tunnel);
    let text = String::from_utf8(STANDARD.decode(token).expect("base64"));
    assert!(text.expect("text").ends_with(r#","e":"fed"}"#));
}
