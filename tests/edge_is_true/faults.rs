//! What goes wrong on purpose.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, EVIL, RIVAL, TRANSFER};
use usher_tests::edge::{Edge, Fault, Forgery, HOSTILE_TEAMS, Where};

use super::hand::{APP, ask, exchange, login_url, metadata, open, poll, read, tokens};

#[test]
fn faults_of_the_connection_are_what_they_say() {
    let edge = Edge::start();
    let certs = format!("https://{ACME}/cdn-cgi/access/certs");
    let client = edge.https();
    {
        let _cut = edge.fault(Where::Certs, Fault::Cut);
        client.ask("GET", &certs, &[]).expect_err("no answer");
    }
    {
        let _cut = edge.fault(Where::Certs.times(1), Fault::CutInside);
        client.ask("GET", &certs, &[]).expect_err("half an answer");
        assert_eq!(client.ask("GET", &certs, &[]).expect("once only").status, 200);
    }
    {
        let _endless = edge.fault(Where::Certs, Fault::Endless);
        assert!(client.ask("GET", &certs, &[]).expect("an answer").body.len() > 1024 * 1024);
    }
    {
        let _huge = edge.fault(Where::Metadata, Fault::HugeHeader);
        client.ask("HEAD", APP, &[("cf-access-metadata-request", "true")]).expect_err("too large a header");
    }
    {
        let _down = edge.fault(Where::Anywhere.at(ACME), Fault::Status(503));
        assert_eq!(client.ask("GET", &certs, &[]).expect("an answer").status, 503);
        assert_eq!(client.ask("GET", APP, &[]).expect("another host").status, 302);
    }
    {
        let _garbage = edge.fault(Where::Certs, Fault::Body(b"<html>".to_vec()));
        assert_eq!(client.ask("GET", &certs, &[]).expect("an answer").body, b"<html>");
    }
    edge.set_skew(3_600);
    let ahead = client.ask("GET", &certs, &[]).expect("an answer");
    let date = httpdate::parse_http_date(ahead.header("date").expect("a date")).expect("a date of HTTP");
    assert!(date > std::time::SystemTime::now() + Duration::from_secs(3_000));
}

#[test]
fn what_hangs_goes_on_when_the_guard_is_dropped() {
    let edge = Edge::start();
    let hangs = edge.fault(Where::AppRequest.method("HEAD"), Fault::Hang);
    std::thread::scope(|scope| {
        let head = scope.spawn(|| ask(&edge, "HEAD", APP, &[]).status);
        edge.wait_until(|log| log.count(|entry| entry.method == "HEAD") == 1);
        assert_eq!(ask(&edge, "GET", APP, &[]).status, 302, "GET works");
        assert_eq!(edge.log().entries[0].status, None, "HEAD still hangs");
        drop(hangs);
        assert_eq!(head.join().expect("an answer"), 302);
    });
    // An edge also ends while something hangs.
    let hangs = edge.fault(Where::AppRequest, Fault::Hang);
    let client = edge.https();
    std::thread::scope(|scope| {
        let asked = scope.spawn(move || client.ask("GET", APP, &[]));
        edge.wait_until(|log| log.entries.last().is_some_and(|entry| entry.status.is_none()));
        drop(edge);
        asked.join().expect("no panic").expect_err("the edge is gone");
    });
    drop(hangs);
}

#[test]
fn forged_metadata_is_forged() {
    let edge = Edge::start();
    let forged = |how: Forgery| {
        let _forged = edge.fault(Where::Metadata, Fault::Forged(how));
        metadata(&edge, APP).header("cf-access-metadata").expect("metadata").to_owned()
    };
    for how in [
        Forgery::UnknownKey,
        Forgery::WrongSignature,
        Forgery::KeyOf(RIVAL),
        Forgery::NoKid,
        Forgery::Unsigned,
        Forgery::Hs256,
    ] {
        assert_eq!(read(&edge, ACME, &forged(how.clone())), None, "{how:?}");
    }
    assert!(read(&edge, RIVAL, &forged(Forgery::KeyOf(RIVAL))).is_some());
    for team in HOSTILE_TEAMS {
        let claims = read(&edge, ACME, &forged(Forgery::Claim("auth_domain", team.into()))).expect("signed");
        assert_eq!(claims["auth_domain"], team);
    }
    let old = read(&edge, ACME, &forged(Forgery::Shifted("iat", -86_401))).expect("signed");
    let new = read(&edge, ACME, &forged(Forgery::Without("app_hostname"))).expect("signed");
    assert!(old["iat"].as_i64() < new["iat"].as_i64().map(|iat| iat - 86_000));
    assert!(new["app_hostname"].is_null());
    assert_eq!(forged(Forgery::Text("x".to_owned())), "x");
    let header = forged(Forgery::Unsigned);
    let header = URL_SAFE_NO_PAD.decode(header.split('.').next().unwrap_or_default()).expect("base64");
    assert_eq!(serde_json::from_slice::<Value>(&header).expect("JSON")["alg"], "none");
}

#[test]
fn faults_of_an_exchange_are_what_they_say() {
    let edge = Edge::start();
    let (_, org) = tokens(&edge, "app.example.test");
    {
        let _away = edge.fault(Where::Login, Fault::Redirect(format!("http://{EVIL}/x")));
        let first = ask(&edge, "HEAD", APP, &[]);
        let login = first.header("location").expect("a place");
        let second = ask(&edge, "HEAD", login, &[("cookie", &format!("CF_Authorization={org}"))]);
        assert_eq!((second.status, second.header("location")), (302, Some(&*format!("http://{EVIL}/x"))));
    }
    {
        let _round = edge.fault(Where::AppRequest, Fault::RedirectToSelf);
        let first = ask(&edge, "HEAD", APP, &[]);
        assert_eq!(first.header("location"), Some(APP));
        assert!(first.cookie("CF_AppSession").is_some(), "all else stays");
    }
    {
        let _again = edge.fault(Where::Authorized.times(1), Fault::AuthorizedAgain);
        let hops = exchange(&edge, APP, &org);
        let again = hops[2].header("location").expect("a place");
        assert!(again.contains("/cdn-cgi/access/authorized?"));
        let session = hops[0].cookie("CF_AppSession").expect("a session").0;
        let last = ask(&edge, "HEAD", again, &[("cookie", &format!("CF_AppSession={session}"))]);
        assert_eq!(last.header("location"), Some(APP));
        assert_eq!(edge.log().exchanges(), 1);
    }
    let about = |fault: Fault| {
        let _fault = edge.fault(Where::Authorized, fault);
        let hops = exchange(&edge, APP, &org);
        let (token, about) = hops[2].cookie("CF_Authorization").expect("the cookie");
        (token.to_owned(), about.to_owned())
    };
    assert!(!about(Fault::CookieWithoutExpires).1.contains("Expires"));
    assert!(about(Fault::CookieDeleted).1.contains("1970"));
    let other = edge.audience("other.example.test");
    let (token, _) = about(Fault::Forged(Forgery::Claim("aud", json!([other]))));
    assert_eq!(read(&edge, ACME, &token).expect("signed")["aud"], json!([other]));
}

#[test]
fn faults_of_the_transfer_are_what_they_say() {
    let edge = Edge::start();
    let handed = |faults: &[Fault]| {
        let _faults: Vec<_> = faults.iter().map(|fault| edge.fault(Where::Transfer, fault.clone())).collect();
        let key = SecretKey::generate(&mut OsRng);
        edge.log_in(&login_url(&edge, "app.example.test", &key)).expect("a good URL");
        let answer = poll(&edge, TRANSFER, &key);
        let text = open(&answer, &key);
        (answer, text)
    };
    let json =
        |text: Option<String>| serde_json::from_str::<Value>(&text.expect("a box of ours")).expect("JSON");
    assert!(json(handed(&[Fault::NoOrgToken]).1)["org_token"].is_null());
    let placeholder = Fault::ForgedOrgToken(Forgery::Text("not-available".to_owned()));
    assert_eq!(json(handed(&[placeholder]).1)["org_token"], "not-available");
    let (lines, text) = handed(&[Fault::LineBreaks]);
    assert!(lines.body.contains(&b'\n') && json(text)["app_token"].is_string());
    assert_eq!(handed(&[Fault::Plaintext("<html>".to_owned())]).1.as_deref(), Some("<html>"));
    assert_eq!(handed(&[Fault::WrongBox]).1, None);
    let short = Fault::Header("service-public-key".to_owned(), URL_SAFE.encode([9; 31]));
    assert_eq!(handed(&[short]).0.header("service-public-key").map(str::len), Some(44));
    assert_eq!(handed(&[Fault::WithoutHeader("service-public-key".to_owned())]).1, None);
    let forged = json(handed(&[Fault::Forged(Forgery::KeyOf(RIVAL))]).1);
    assert_eq!(read(&edge, ACME, forged["app_token"].as_str().expect("a token")), None);
    assert!(read(&edge, ACME, forged["org_token"].as_str().expect("a token")).is_some());
}
