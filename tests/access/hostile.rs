//! What is answered in Cloudflare's place: a refusal that names the cause, nothing kept, no secret sent
//! where it must not go, and an agent that goes on.

use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, EVIL, RIVAL};
use usher_tests::edge::{Fault, Forgery, HOSTILE_TEAMS, Policy, Where};
use usher_tests::world::World;

use super::{code, says};

/// What an application's metadata must not be.
fn forged_metadata() -> Vec<Forgery> {
    let mut forged = vec![
        Forgery::UnknownKey,
        Forgery::WrongSignature,
        Forgery::KeyOf(RIVAL),
        Forgery::NoKid,
        Forgery::Unsigned,
        Forgery::Hs256,
        Forgery::Claim("type", json!("no_match")),
        Forgery::Claim("hostname", json!("other.example.test")),
        Forgery::Claim("aud", json!("")),
        Forgery::Claim("aud", json!(["x"])),
        Forgery::Shifted("iat", -86_401),
        Forgery::Without("iat"),
        Forgery::Without("auth_domain"),
        Forgery::Text("x.y.z".into()),
        Forgery::Text(String::new()),
    ];
    forged.extend(HOSTILE_TEAMS.iter().map(|team| Forgery::Claim("auth_domain", json!(team))));
    forged
}

#[test]
fn metadata_that_does_not_hold_leads_nowhere() {
    let world = World::start();
    for forgery in forged_metadata() {
        let words = format!("{forgery:?}");
        let _fault = world.edge.fault(Where::Metadata, Fault::Forged(forgery));
        let answer = world.log_in("https://app.example.test");
        assert!(["untrusted", "no-access"].contains(&code(&answer)), "{words}: {answer}");
    }
    assert_eq!(world.held(), []);
    assert_eq!(world.edge.log().logins(), 0);
    assert!(world.log_in("https://app.example.test")["token"].is_object(), "and then all is well");
}

#[test]
fn a_wrong_clock_is_named_as_the_cause() {
    let world = World::start();
    let behind = world.edge.fault(Where::Metadata, Fault::Forged(Forgery::Shifted("iat", 7200)));
    world.edge.set_skew(7200);
    let answer = world.log_in("https://app.example.test");
    assert_eq!(code(&answer), "wrong-clock", "{answer}");
    assert!(says(&answer, "behind"), "{answer}");
    drop(behind);
}

#[test]
fn a_host_without_access_is_named() {
    let world = World::start();
    for url in ["https://plain.example.test/x", "https://evil.example.test"] {
        assert_eq!(code(&world.log_in(url)), "no-access");
    }
}

/// Faults on the way of an exchange, with the codes that they may have.
fn faults_of_an_exchange() -> Vec<(Where, Fault, &'static [&'static str])> {
    let foreign = || Fault::Redirect(format!("https://{EVIL}/cdn-cgi/access/login/app.example.test"));
    let other_team = || Fault::Redirect(format!("https://{RIVAL}/cdn-cgi/access/login/one.example.test"));
    vec![
        (Where::AppRequest, foreign(), &["untrusted", "no-access"]),
        (Where::AppRequest, other_team(), &["untrusted", "no-access"]),
        (
            Where::AppRequest,
            Fault::Redirect(format!("http://{ACME}/cdn-cgi/access/login/x")),
            &["untrusted", "no-access"],
        ),
        (Where::Login, foreign(), &["untrusted", "login-required"]),
        (
            Where::Login,
            Fault::Redirect("https://evil.example.test/cdn-cgi/access/authorized".into()),
            &["untrusted", "login-required"],
        ),
        (
            Where::Login,
            Fault::Redirect("http://one.example.test/cdn-cgi/access/authorized?x".into()),
            &["untrusted", "login-required"],
        ),
        (Where::Login, Fault::RedirectToSelf, &["untrusted", "login-required"]),
        (Where::Login, Fault::Status(503), &["network"]),
        (Where::Login, Fault::Cut, &["network"]),
        (Where::Authorized, Fault::CookieWithoutExpires, &["untrusted", "login-required"]),
        (Where::Authorized, Fault::CookieDeleted, &["untrusted", "login-required"]),
        (Where::Authorized, Fault::Forged(Forgery::KeyOf(RIVAL)), &["untrusted"]),
        (Where::Authorized, Fault::Forged(Forgery::UnknownKey), &["untrusted"]),
        (Where::Authorized, Fault::Forged(Forgery::Unsigned), &["untrusted"]),
        (Where::Authorized, Fault::Forged(Forgery::Claim("type", json!("org"))), &["untrusted"]),
        (Where::Authorized, Fault::Forged(Forgery::Claim("aud", json!(["f".repeat(64)]))), &["untrusted"]),
        (
            Where::Authorized,
            Fault::Forged(Forgery::Claim("iss", json!("https://rival.cloudflareaccess.com"))),
            &["untrusted"],
        ),
        (
            Where::Authorized,
            Fault::Forged(Forgery::Text("not a token".into())),
            &["untrusted", "login-required"],
        ),
        (Where::Authorized, Fault::HugeHeader, &["network", "untrusted"]),
    ]
}

#[test]
fn a_hostile_exchange_gives_nothing_and_sends_nothing_astray() {
    for (place, fault, codes) in faults_of_an_exchange() {
        let world = World::start();
        world.log_in("https://app.example.test");
        let words = format!("{place:?} {fault:?}");
        let set = world.edge.fault(place, fault);
        let answer = world.token("https://one.example.test");
        assert!(codes.contains(&code(&answer)), "{words}: {answer}");
        assert!(!world.held().iter().any(|(_, label)| label == "one.example.test"), "{words}");
        let log = world.edge.log();
        assert!(log.strays().is_empty(), "{words}: {:?}", log.strays());
        drop(set);
        assert!(
            world.log_in("https://one.example.test")["token"].is_object(),
            "{words}: and then all is well"
        );
    }
}

/// What the transfer service may hand over that is no login.
fn hostile_transfers() -> Vec<Fault> {
    let tokens =
        |app: Value| Fault::Plaintext(json!({"app_token": app, "org_token": "not-available"}).to_string());
    vec![
        Fault::Header("service-public-key".into(), "AAAA".into()),
        Fault::Header("service-public-key".into(), "!".repeat(44)),
        Fault::WithoutHeader("service-public-key".into()),
        Fault::WrongBox,
        Fault::Body(b"not base64 at all".to_vec()),
        Fault::Body(b"AAAA".to_vec()),
        Fault::Plaintext("not JSON".into()),
        Fault::Plaintext("{}".into()),
        tokens(json!("not a token")),
        tokens(json!(7)),
        Fault::Redirect(format!("https://{EVIL}/transfer/x")),
        Fault::Forged(Forgery::KeyOf(RIVAL)),
        Fault::Forged(Forgery::Claim("aud", json!(["f".repeat(64)]))),
        Fault::Forged(Forgery::Claim("type", json!("org"))),
        Fault::Forged(Forgery::Unsigned),
        Fault::Endless,
    ]
}

#[test]
fn a_hostile_transfer_service_logs_nobody_in() {
    let world = World::start();
    for fault in hostile_transfers() {
        let words = format!("{fault:?}");
        let _fault = world.edge.fault(Where::Transfer, fault);
        let answer = world.log_in("https://app.example.test");
        assert!(["untrusted", "network"].contains(&code(&answer)), "{words}: {answer}");
        assert_eq!(world.held(), [], "{words}");
    }
    assert!(world.edge.log().strays().is_empty());
    assert!(world.log_in("https://app.example.test")["token"].is_object());
}

#[test]
fn an_org_token_that_does_not_hold_is_left_and_the_app_token_kept() {
    for forgery in [
        Forgery::Text("not-available".into()),
        Forgery::KeyOf(RIVAL),
        Forgery::Claim("type", json!("app")),
        Forgery::Claim("iss", json!("https://rival.cloudflareaccess.com")),
    ] {
        let world = World::start();
        let words = format!("{forgery:?}");
        let _fault = world.edge.fault(Where::Transfer, Fault::ForgedOrgToken(forgery));
        assert!(world.log_in("https://app.example.test")["token"].is_object(), "{words}");
        let kinds: Vec<_> = world.held().into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["app-token"], "{words}");
    }
}

#[test]
fn keys_that_cannot_be_had_are_no_reason_to_believe() {
    let world = World::start();
    for fault in [
        Fault::Status(500),
        Fault::Cut,
        Fault::Body(b"{}".to_vec()),
        Fault::Body(b"<html>".to_vec()),
        Fault::Endless,
    ] {
        let words = format!("{fault:?}");
        let _fault = world.edge.fault(Where::Certs, fault);
        let answer = world.log_in("https://app.example.test");
        assert!(["untrusted", "network"].contains(&code(&answer)), "{words}: {answer}");
    }
    assert_eq!(world.held(), []);
}

#[test]
fn whoever_is_kept_out_or_asked_for_too_much_is_told_so() {
    let world = World::start();
    world.log_in("https://app.example.test");
    world.edge.change_app("one.example.test", |app| app.policy = Policy::Deny);
    world.edge.change_app("two.example.test", |app| app.managed_oauth = true);
    world.edge.change_app("three.example.test", |app| app.token_life = 0);
    for (app, expected, words) in [
        ("one.example.test", "access-denied", "policy"),
        ("two.example.test", "not-supported", "Managed OAuth"),
        ("three.example.test", "not-supported", "immediate timeout"),
    ] {
        let answer = world.token(&format!("https://{app}"));
        assert_eq!(code(&answer), expected, "{app}: {answer}");
        assert!(says(&answer, words), "{answer}");
    }
    assert!(
        world.token("https://four.example.test")["token"].is_object(),
        "the session is as good as before"
    );
}

#[test]
fn an_exchange_by_get_follows_one_by_head_that_hangs() {
    let world = World::start();
    world.log_in("https://app.example.test");
    let _hang = world.edge.fault(Where::Login.method("HEAD"), Fault::Status(405));
    assert!(world.token("https://one.example.test")["token"].is_object());
}

#[test]
fn an_application_with_several_domains_is_followed_to_its_end() {
    let world = World::start();
    world.log_in("https://app.example.test");
    let _again = world.edge.fault(Where::Authorized.times(1), Fault::AuthorizedAgain);
    assert!(world.token("https://one.example.test")["token"].is_object());
    assert!(world.edge.log().strays().is_empty());
}
