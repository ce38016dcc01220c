//! Metadata, keys, and a login by the browser.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, AGENCY, EVIL, FEDRAMP_TRANSFER, PLAIN, RIVAL, TRANSFER};
use usher_tests::edge::https::Reply;
use usher_tests::edge::{ADA, Edge, NotLoggedIn, Policy};

use super::hand::{APP, ask, login_url, metadata, open, poll, read};

#[test]
fn the_box_of_the_reference_opens() {
    let key = SecretKey::from_bytes(std::array::from_fn(|at| at as u8));
    assert_eq!(URL_SAFE.encode(key.public_key().as_bytes()), "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=");
    let mut headers = hyper::HeaderMap::new();
    let from = "eaYx7t4b-cmPEgMs3q3Q56B5OY_HhriMyEbsia-FpRo=";
    headers.insert("service-public-key", from.parse().expect("a header"));
    let body = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7aeG1qIC6sZOWbKeOW7lzVtNltSf+GAv2F3qSb+7YAm2eEEMCZW4vZe8goeUPlc6sqoGtR/Q=";
    let reply = Reply { status: 200, headers, body: body.into() };
    assert_eq!(open(&reply, &key).as_deref(), Some(r#"{"app_token":"app","org_token":"org"}"#));
}

#[test]
fn metadata_is_signed_by_the_team() {
    let edge = Edge::start();
    for (url, host, covers, team) in [
        (APP, "app.example.test", "app.example.test", ACME),
        ("https://app.example.test/admin/x?y=1", "app.example.test", "app.example.test/admin", ACME),
        ("https://a.wild.example.test/", "a.wild.example.test", "*.wild.example.test", ACME),
        ("https://app.rival.test/", "app.rival.test", "app.rival.test", RIVAL),
        ("https://app.agency.test/", "app.agency.test", "app.agency.test", AGENCY),
    ] {
        let answer = metadata(&edge, url);
        assert_eq!(answer.status, 200);
        let claims = read(&edge, team, answer.header("cf-access-metadata").expect("metadata"));
        let mut claims = claims.unwrap_or_else(|| panic!("{url}: not signed"));
        assert!(claims["iat"].take().is_i64());
        let aud = edge.audience(covers);
        assert_eq!(aud.len(), 64);
        assert_eq!(
            claims,
            json!({"type": "match", "hostname": host, "auth_domain": team, "aud": aud, "app_hostname": covers,
                "iat": null})
        );
    }
    for stranger in [PLAIN, EVIL] {
        let answer = metadata(&edge, &format!("https://{stranger}/"));
        assert_eq!((answer.status, answer.header("cf-access-metadata")), (200, None));
    }
    assert_eq!((edge.log().discoveries(), edge.log().jwks_fetches()), (7, 5));
    assert_ne!(edge.audience("app.example.test"), edge.audience("app.example.test/admin"));
}

#[test]
fn keys_rotate() {
    let edge = Edge::start();
    let signed = || metadata(&edge, APP).header("cf-access-metadata").expect("metadata").to_owned();
    let first = signed();
    edge.rotate_keys(ACME);
    let second = signed();
    assert!(read(&edge, ACME, &first).is_some() && read(&edge, ACME, &second).is_some());
    edge.rotate_keys(ACME);
    assert!(read(&edge, ACME, &first).is_none() && read(&edge, ACME, &second).is_some());
    assert!(read(&edge, RIVAL, &second).is_none());
}

#[test]
fn a_login_leaves_tokens_at_the_transfer_service_once() {
    let edge = Edge::start();
    edge.set_pending(Duration::ZERO, 202);
    let key = SecretKey::generate(&mut OsRng);
    assert_eq!(poll(&edge, TRANSFER, &key).status, 202);
    let page = ask(&edge, "GET", &login_url(&edge, "app.example.test", &key), &[]);
    assert_eq!((page.status, edge.log().logins()), (200, 0), "the page alone does not log in");
    assert_eq!(ask(&edge, "POST", &login_url(&edge, "app.example.test", &key), &[]).status, 200);
    assert_eq!(poll(&edge, FEDRAMP_TRANSFER, &key).status, 202, "the other service has nothing");
    let answer = poll(&edge, TRANSFER, &key);
    let text = open(&answer, &key).expect("a box of ours");
    assert_eq!(open(&answer, &SecretKey::generate(&mut OsRng)), None);
    assert_eq!(poll(&edge, TRANSFER, &key).status, 202, "it is handed out once");

    let both: Value = serde_json::from_str(&text).expect("JSON");
    let app = read(&edge, ACME, both["app_token"].as_str().expect("a token")).expect("signed");
    assert_eq!((&app["type"], &app["aud"]), (&json!("app"), &json!([edge.audience("app.example.test")])));
    assert_eq!((&app["iss"], &app["email"]), (&json!(format!("https://{ACME}")), &json!(ADA)));
    assert_eq!(app["exp"].as_i64().expect("a time") - app["iat"].as_i64().expect("a time"), 86_400);
    let org = read(&edge, ACME, both["org_token"].as_str().expect("a token")).expect("signed");
    assert_eq!((&org["type"], &org["iss"]), (&json!("org"), &app["iss"]));
    assert!(org["aud"].is_array());
    assert_eq!((edge.log().logins(), edge.log().polls(), edge.log().issued_app_tokens()), (1, 4, 1));
}

#[test]
fn a_poll_is_held_until_the_person_is_through() {
    let edge = Edge::start();
    edge.set_pending(Duration::from_secs(60), 404);
    let key = SecretKey::generate(&mut OsRng);
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| poll(&edge, TRANSFER, &key));
        edge.wait_until(|log| log.polls() == 1);
        edge.log_in(&login_url(&edge, "app.example.test", &key)).expect("a good URL");
        assert!(open(&answer.join().expect("an answer"), &key).is_some());
    });
}

#[test]
fn a_person_sees_what_is_wrong_with_a_logins_url() {
    let edge = Edge::start();
    let key = SecretKey::generate(&mut OsRng);
    let good = login_url(&edge, "app.example.test", &key);
    let other = edge.audience("other.example.test");
    let aud = edge.audience("app.example.test");
    for (old, new) in [
        ("https://app", "http://app"),
        ("https://app", "https://user@app"),
        ("https://app.example.test/", "https://other.example.test/"),
        ("https://app.example.test/", "https://evil.example.test/"),
        ("access/cli", "access/login"),
        ("?aud=", "?audience="),
        (&*aud, &*other),
        ("send_org_token=true", "send_org_token=false"),
        ("&send_org_token=true", ""),
        ("edge_token_transfer=true", "edge_token_transfer=true&edge_token_transfer=true"),
        ("redirect_url=https%3A%2F%2Fapp", "redirect_url=https%3A%2F%2Fother"),
        ("redirect_url=https", "redirect_url=http"),
        ("%3D", "%3D&surplus=1"),
        ("&token=", "&token=AAAA"),
    ] {
        let bad = good.replacen(old, new, if old == "%3D" { 99 } else { 1 });
        assert_ne!(bad, good);
        assert!(matches!(edge.log_in(&bad), Err(NotLoggedIn::Malformed(_))), "{new}");
    }
    edge.change_app("app.example.test", |app| app.policy = Policy::Deny);
    assert_eq!(edge.log_in(&good), Err(NotLoggedIn::Denied));
    edge.change_app("app.example.test", |app| app.policy = Policy::Both);
    assert_eq!(edge.log_in(&good), Ok(()));
    let admin = edge.audience("app.example.test/admin");
    assert_eq!(edge.log_in(&good.replace(&aud, &admin)), Ok(()), "the path may be left out");
    assert_eq!(edge.log().logins(), 2);
}
