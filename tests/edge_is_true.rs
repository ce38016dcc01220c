//! The simulated edge keeps to what is known of the real one, and its faults are what they say.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use crypto_box::aead::{Aead, OsRng};
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use url::Url;
use usher_tests::clock::TestClock;
use usher_tests::edge::hosts::{ACME, AGENCY, EVIL, FEDRAMP_TRANSFER, PLAIN, RIVAL, TRANSFER};
use usher_tests::edge::https::Reply;
use usher_tests::edge::{
    ADA, AppSettings, Carried, Edge, Fault, Forgery, HOSTILE_TEAMS, NotLoggedIn, Policy, Where,
};

const APP: &str = "https://app.example.test/";

/// Reads a token as a careful client does; none if its signature does not hold.
fn read(edge: &Edge, team: &str, token: &str) -> Option<Value> {
    let certs = edge.https().ask("GET", &format!("https://{team}/cdn-cgi/access/certs"), &[]).expect("keys");
    assert_eq!(certs.status, 200);
    let keys: JwkSet = serde_json::from_slice(&certs.body).expect("a key set");
    assert_eq!(keys.keys.len(), 2, "the current key and the one before");
    let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
    assert_eq!(kid.len(), 64);
    let mut signature = Validation::new(Algorithm::RS256);
    signature.required_spec_claims.clear();
    (signature.validate_exp, signature.validate_aud) = (false, false);
    let key = DecodingKey::from_jwk(keys.find(&kid)?).expect("an RSA key");
    jsonwebtoken::decode::<Value>(token, &key, &signature).ok().map(|data| data.claims)
}

fn ask(edge: &Edge, method: &str, url: &str, headers: &[(&str, &str)]) -> Reply {
    edge.https().ask(method, url, headers).unwrap_or_else(|error| panic!("{method} {url}: {error}"))
}

fn metadata(edge: &Edge, url: &str) -> Reply {
    ask(edge, "HEAD", url, &[("cf-access-metadata-request", "true")])
}

/// Makes a login's URL as cloudflared does for an application at the root of its host.
fn login_url(edge: &Edge, host: &str, key: &SecretKey) -> String {
    let aud = edge.audience(host);
    let token = URL_SAFE.encode(key.public_key().as_bytes());
    let mut back = Url::parse(&format!("https://{host}")).expect("a URL");
    back.query_pairs_mut().append_pair("aud", &aud).append_pair("token", &token);
    let mut url = Url::parse(&format!("https://{host}/cdn-cgi/access/cli")).expect("a URL");
    url.query_pairs_mut()
        .append_pair("aud", &aud)
        .append_pair("edge_token_transfer", "true")
        .append_pair("redirect_url", back.as_str())
        .append_pair("send_org_token", "true")
        .append_pair("token", &token);
    url.into()
}

fn poll(edge: &Edge, service: &str, key: &SecretKey) -> Reply {
    let token = URL_SAFE.encode(key.public_key().as_bytes());
    ask(edge, "GET", &format!("https://{service}/transfer/{token}"), &[])
}

/// Opens what a transfer service handed out.
fn open(reply: &Reply, key: &SecretKey) -> Option<String> {
    let from = URL_SAFE.decode(reply.header("service-public-key")?).ok()?;
    let from = PublicKey::from_slice(&from).ok()?;
    let text: Vec<u8> = reply.body.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let sealed = STANDARD.decode(text).ok()?;
    let (nonce, sealed) = sealed.split_at_checked(24)?;
    String::from_utf8(SalsaBox::new(&from, key).decrypt(nonce.into(), sealed).ok()?).ok()
}

/// Logs in and collects; the app token and the org token.
fn tokens(edge: &Edge, host: &str) -> (String, String) {
    let key = SecretKey::generate(&mut OsRng);
    edge.log_in(&login_url(edge, host, &key)).expect("a good URL");
    let service = if host.ends_with("agency.test") { FEDRAMP_TRANSFER } else { TRANSFER };
    let text = open(&poll(edge, service, &key), &key).expect("a box of ours");
    let both: Value = serde_json::from_str(&text).expect("JSON");
    let token = |name: &str| both[name].as_str().expect("a token").to_owned();
    (token("app_token"), token("org_token"))
}

/// Takes the three hops of an exchange; the answers, as far as they led on.
fn exchange(edge: &Edge, url: &str, org_token: &str) -> Vec<Reply> {
    let first = ask(edge, "HEAD", url, &[]);
    let session = first.cookie("CF_AppSession").map(|(value, _)| format!("CF_AppSession={value}"));
    let mut hops = vec![first];
    let cookies = [format!("CF_Authorization={org_token}"), session.unwrap_or_default()];
    for cookie in cookies {
        let Some(next) = hops.last().and_then(|hop| hop.header("location")).map(str::to_owned) else { break };
        hops.push(ask(edge, "HEAD", &next, &[("cookie", &cookie)]));
    }
    hops
}

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
    assert_eq!((edge.log().discoveries(), edge.log().jwks_fetches()), (6, 5));
    assert_ne!(edge.audience("app.example.test"), edge.audience("app.example.test/admin"));
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
    assert_eq!(edge.log().logins(), 1);
}

#[test]
fn three_hops_turn_an_org_token_into_an_app_token() {
    let clock = Arc::new(TestClock::new());
    let edge = Edge::with_clock(Arc::<TestClock>::clone(&clock));
    edge.change_app("other.example.test", |app| app.token_life = 900);
    let (_, org) = tokens(&edge, "app.example.test");
    let url = "https://other.example.test/deep/path?a=b%20c";
    let hops = exchange(&edge, url, &org);
    assert_eq!(hops.iter().map(|hop| hop.status).collect::<Vec<_>>(), [302; 3]);
    let challenge = hops[0].header("www-authenticate").expect("a challenge");
    assert!(
        challenge
            .starts_with("Cloudflare-Access resource_metadata=\"https://other.example.test/.well-known/")
    );
    assert!(hops[0].header("location").is_some_and(|to| to.starts_with(&format!(
        "https://{ACME}/cdn-cgi/access/login/other.example.test?kid={}&meta=ey",
        edge.audience("other.example.test")
    ))));
    assert_eq!(hops[2].header("location"), Some(url), "back to where it began");
    let (token, about) = hops[2].cookie("CF_Authorization").expect("the cookie");
    assert!(about.contains("Expires="), "{about}");
    let claims = read(&edge, ACME, token).expect("signed");
    assert_eq!(claims["aud"], json!([edge.audience("other.example.test")]));
    assert_eq!(claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time"), 900);

    let with_token = |url, token: &str| ask(&edge, "GET", url, &[("cf-access-token", token)]).status;
    let token = token.to_owned();
    assert_eq!(with_token(url, &token), 200);
    assert_eq!(ask(&edge, "GET", url, &[("cookie", &format!("a=b; CF_Authorization={token}"))]).status, 200);
    assert_eq!(with_token(APP, &token), 302, "it opens no other application");
    assert_eq!(with_token(APP, &org), 302, "an org token opens none");
    clock.turn(900);
    assert_eq!(with_token(url, &token), 302, "it has ended");

    let log = edge.log();
    assert_eq!((log.exchanges(), log.origin_answers(), log.token_checks()), (1, 2, 5));
    edge.revoke_sessions(ADA);
    let hops = exchange(&edge, url, &org);
    assert_eq!(hops.iter().map(|hop| hop.status).collect::<Vec<_>>(), [302, 200], "a page to log in");
}

#[test]
fn the_second_and_the_third_hop_want_the_right_cookies() {
    let edge = Edge::start();
    let (app, org) = tokens(&edge, "app.example.test");
    let first = ask(&edge, "HEAD", APP, &[]);
    let login = first.header("location").expect("a place").to_owned();
    for (url, cookie) in [
        (&login, format!("CF_Authorization={app}")),
        (&login, "CF_Authorization=x".to_owned()),
        (&login, format!("CF_Session={org}")),
        (&login.replace("redirect_url=", "redirect_url=x"), format!("CF_Authorization={org}")),
        (&login.replacen("app.example.test", "other.example.test", 1), format!("CF_Authorization={org}")),
    ] {
        assert_eq!(ask(&edge, "HEAD", url, &[("cookie", &cookie)]).status, 200, "a page to log in");
    }
    let second = ask(&edge, "HEAD", &login, &[("cookie", &format!("CF_Authorization={org}"))]);
    let authorized = second.header("location").expect("a place");
    assert_eq!(ask(&edge, "HEAD", authorized, &[]).status, 403);
    assert_eq!(ask(&edge, "HEAD", authorized, &[("cookie", "CF_AppSession=x")]).status, 403);
    assert_eq!(edge.log().exchanges(), 0);
    edge.change_app("app.example.test", |app| app.policy = Policy::Deny);
    let hops = exchange(&edge, APP, &org);
    assert_eq!((hops.len(), hops[1].status), (2, 403));
    assert!(hops[1].header("cf-access-error").is_some());
}

#[test]
fn service_tokens_go_where_the_policy_lets_them() {
    let edge = Edge::start();
    let token = edge.add_service_token(ACME);
    let pair = [("CF-Access-Client-Id", &*token.id), ("CF-Access-Client-Secret", &*token.secret)];
    let service = "https://service.example.test/";
    let answer = ask(&edge, "GET", service, &pair);
    let (jwt, _) = answer.cookie("CF_Authorization").expect("a token for it");
    let claims = read(&edge, ACME, jwt).expect("signed");
    assert_eq!((&claims["common_name"], &claims["sub"]), (&json!(token.id), &json!("")));
    assert!(claims["email"].is_null());
    assert_eq!(ask(&edge, "GET", service, &[("cf-access-token", jwt)]).status, 200);
    assert_eq!(ask(&edge, "GET", service, &pair[..1]).status, 302);
    assert_eq!(ask(&edge, "GET", APP, &pair).status, 302, "a policy for persons");

    let strict = AppSettings { policy: Policy::Both, strict_service_tokens: true, ..AppSettings::of(ACME) };
    edge.add_app("strict.example.test", strict);
    let answer = ask(&edge, "GET", "https://strict.example.test/", &pair);
    assert_eq!((answer.status, answer.cookie("CF_Authorization")), (200, None));
    assert_eq!(ask(&edge, "GET", "https://strict.example.test/", &pair[1..]).status, 401);
    edge.change_app("strict.example.test", |app| app.policy = Policy::Allow);
    assert_eq!(ask(&edge, "GET", "https://strict.example.test/", &pair).status, 403);

    edge.change_app("service.example.test", |app| {
        app.service_token_header = Some("Authorization".to_owned())
    });
    let both = json!({"cf-access-client-id": token.id, "cf-access-client-secret": token.secret}).to_string();
    assert_eq!(ask(&edge, "GET", service, &[("authorization", &both)]).status, 200);
    edge.revoke_service_token(&token.id);
    assert_eq!(ask(&edge, "GET", service, &[("authorization", &both)]).status, 302);
    let log = edge.log();
    assert_eq!((log.service_exchanges(), log.strays().len()), (2, 0));
    ask(&edge, "GET", "https://app.rival.test/", &pair);
    assert_eq!(edge.log().strays().len(), 1);
}

#[test]
fn a_secret_is_seen_wherever_it_goes_astray() {
    let edge = Edge::start();
    let (app, org) = tokens(&edge, "app.example.test");
    exchange(&edge, APP, &org);
    ask(&edge, "GET", APP, &[("cf-access-token", &app)]);
    assert_eq!(edge.log().strays().len(), 0);
    for (number, (url, header, what)) in [
        (
            format!("https://{EVIL}/cdn-cgi/access/login/x"),
            format!("CF_Authorization={org}"),
            Carried::OrgToken,
        ),
        (format!("https://{RIVAL}/cdn-cgi/access/login"), format!("a=\"{org}\""), Carried::OrgToken),
        (APP.to_owned(), format!("x{org}").split_off(1), Carried::OrgToken),
        (format!("https://other.example.test/?x={app}"), String::new(), Carried::AppToken),
        (format!("https://{PLAIN}/"), format!("CF_Authorization={app}"), Carried::AppToken),
        (format!("https://{TRANSFER}/transfer/x"), format!("Bearer {app}"), Carried::AppToken),
    ]
    .into_iter()
    .enumerate()
    {
        edge.set_pending(Duration::ZERO, 404);
        ask(&edge, "GET", &url, &[("cookie", &header)]);
        let log = edge.log();
        assert_eq!(log.strays().len(), number + 1, "{what:?} {number}");
        assert!(log.entries.last().is_some_and(|entry| entry.carries(what)), "{what:?} {number}");
    }
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
fn applications_are_set_up_as_a_test_wants() {
    let edge = Edge::start();
    let app = "app.example.test";
    edge.change_app(app, |app| app.binding_cookie = true);
    let (token, org) = tokens(&edge, app);
    assert_eq!(ask(&edge, "GET", APP, &[("cf-access-token", &token)]).status, 302);
    edge.change_app(app, |app| app.binding_cookie = false);
    assert_eq!(ask(&edge, "GET", APP, &[("cf-access-token", &token)]).status, 200);
    edge.revoke_app_tokens(app);
    assert_eq!(ask(&edge, "GET", APP, &[("cf-access-token", &token)]).status, 302);

    edge.change_app(app, |app| app.audience_as_text = true);
    edge.change_app(app, |app| app.token_life = 0);
    let hops = exchange(&edge, APP, &org);
    let (ended, _) = hops[2].cookie("CF_Authorization").expect("the cookie");
    let claims = read(&edge, ACME, ended).expect("signed");
    assert_eq!((&claims["aud"], &claims["exp"]), (&json!(edge.audience(app)), &claims["iat"]));
    assert_eq!(ask(&edge, "GET", APP, &[("cf-access-token", ended)]).status, 302, "it ended as it began");

    edge.change_app(app, |app| app.managed_oauth = true);
    let answer = ask(&edge, "GET", APP, &[]);
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").is_some_and(|words| words.starts_with("Bearer ")));
    edge.remove_app(app);
    edge.remove_app("app.example.test/admin");
    assert_eq!(ask(&edge, "GET", &format!("https://{EVIL}/"), &[]).status, 200);
    edge.renew_org_tokens(true);
    let hops = exchange(&edge, "https://one.example.test/", &org);
    let (fresh, _) = hops[1].cookie("CF_Authorization").expect("a fresh org token");
    assert_ne!(fresh, org);
    assert_eq!(read(&edge, ACME, fresh).expect("signed")["type"], "org");
}

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

#[test]
fn an_agent_is_told_where_the_edge_is() {
    let edge = Edge::start();
    let network = edge.network();
    let file = network.ca_file.expect("a file");
    let covers = |url: &str| {
        let url = url.parse().expect("a URL");
        network.hosts.iter().find(|(pattern, _)| pattern.covers(&url)).map(|(_, address)| *address)
    };
    for host in
        [ACME, AGENCY, TRANSFER, FEDRAMP_TRANSFER, PLAIN, EVIL, "a.wild.example.test", "app.rival.test"]
    {
        assert_eq!(covers(&format!("https://{host}/")), Some(edge.address()), "{host}");
    }
    assert_eq!(covers("https://example.com/"), None);
    let config = edge.config();
    assert!(config.starts_with(&format!("ca-file = '{}'\n", file.display())));
    assert!(config.contains(&format!("\n[hosts]\n\"*.example.test\" = \"{}\"\n", edge.address())));
}
