//! Tokens for tokens, and what an application makes of them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use usher_tests::clock::TestClock;
use usher_tests::edge::hosts::{ACME, EVIL, PLAIN, RIVAL, TRANSFER};
use usher_tests::edge::{ADA, AppSettings, Carried, Edge, Policy};

use super::hand::{APP, ask, exchange, read, tokens};

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
    assert_eq!(ask(&edge, "GET", APP, &[]).status, 200, "what lies behind is open");
    assert_eq!(ask(&edge, "GET", "https://app.example.test/admin", &[]).status, 302);
    edge.renew_org_tokens(true);
    let hops = exchange(&edge, "https://one.example.test/", &org);
    let (fresh, _) = hops[1].cookie("CF_Authorization").expect("a fresh org token");
    assert_ne!(fresh, org);
    assert_eq!(read(&edge, ACME, fresh).expect("signed")["type"], "org");
}
