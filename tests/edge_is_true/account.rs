//! A login to an account: the dashboard's page, and the certificate at the transfer service.

use std::time::Duration;

use serde_json::Value;
use usher_tests::edge::hosts::{
    ACME, AGENCY, API, DASHBOARD, FEDRAMP_API, FEDRAMP_DASHBOARD, FEDRAMP_TRANSFER, TRANSFER,
};
use usher_tests::edge::{Edge, NotLoggedIn, Where};

use super::hand::ask;

const KEY: &str = "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=";

/// Makes the page's URL as cloudflared does.
fn page(dashboard: &str, transfer: &str) -> String {
    let key = KEY.replace('=', "%3D");
    format!("https://{dashboard}/argotunnel?aud=&callback=https%3A%2F%2F{transfer}%2F{key}")
}

/// Reads what is in a certificate.
fn read(pem: &str) -> Value {
    let block = pem::parse(pem).expect("PEM");
    assert_eq!(block.tag(), "ARGO TUNNEL TOKEN");
    serde_json::from_slice(block.contents()).expect("JSON")
}

#[test]
fn a_login_to_an_account_leaves_a_certificate_once() {
    for (dashboard, transfer, api, team) in
        [(DASHBOARD, TRANSFER, API, ACME), (FEDRAMP_DASHBOARD, FEDRAMP_TRANSFER, FEDRAMP_API, AGENCY)]
    {
        let edge = Edge::start();
        edge.set_pending(Duration::ZERO, 404);
        let poll = || ask(&edge, "GET", &format!("https://{transfer}/{KEY}"), &[]);
        assert_eq!(poll().status, 404);
        let page = page(dashboard, transfer);
        assert_eq!(ask(&edge, "GET", &page, &[]).status, 200);
        assert_eq!(poll().status, 404, "the page alone does not log in");
        assert_eq!(edge.log_in_to_account(&page), Ok(()));
        let at_app_logins = ask(&edge, "GET", &format!("https://{transfer}/transfer/{KEY}"), &[]);
        assert_eq!(at_app_logins.status, 404, "it is not there");
        let answer = poll();
        assert_eq!((answer.status, answer.header("service-public-key")), (200, None));
        let pem = String::from_utf8(answer.body).expect("text");
        let said = read(&pem);
        assert_eq!(said["accountID"], edge.account(team));
        assert!(said["zoneID"].as_str().is_some_and(|zone| zone.len() == 32) && said["endpoint"].is_null());
        assert_eq!(poll().status, 404, "once");

        let bearer = format!("Bearer {}", said["apiToken"].as_str().expect("a token"));
        let tunnels = format!("https://{api}/client/v4/accounts/{}/cfd_tunnel", edge.account(team));
        assert_eq!(ask(&edge, "GET", &tunnels, &[("authorization", &bearer)]).status, 200);
        let accounts = format!("https://{api}/client/v4/accounts");
        assert_eq!(ask(&edge, "GET", &accounts, &[("authorization", &bearer)]).status, 403, "nothing else");
        assert_eq!(ask(&edge, "POST", &page, &[]).status, 200, "a browser does the same");
        assert_eq!(poll().status, 200);
        assert_eq!((edge.log().strays().len(), edge.log().count_of(Where::Dashboard)), (0, 3));
        assert_ne!(read(&edge.account_certificate())["apiToken"], said["apiToken"]);
    }
}

#[test]
fn a_poll_for_a_certificate_is_held_until_the_person_is_through() {
    let edge = Edge::start();
    edge.set_pending(Duration::from_secs(60), 404);
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| ask(&edge, "GET", &format!("https://{TRANSFER}/{KEY}"), &[]));
        edge.wait_until(|log| log.polls() == 1);
        edge.log_in_to_account(&page(DASHBOARD, TRANSFER)).expect("a good URL");
        assert_eq!(answer.join().expect("an answer").status, 200);
    });
}

#[test]
fn a_person_sees_what_is_wrong_with_the_page() {
    let edge = Edge::start();
    let good = page(DASHBOARD, TRANSFER);
    for (old, new) in [
        ("https://dash", "http://dash"),
        ("https://dash", "https://user@dash"),
        ("cloudflare.com/", "cloudflare.com:8443/"),
        ("dash.cloudflare.com", "dash.fed.cloudflare.com"),
        ("dash.cloudflare.com", "app.example.test"),
        ("argotunnel", "argotunnels"),
        ("aud=&", ""),
        ("aud=&", "aud=x&"),
        ("aud=&", "aud=&aud=&"),
        ("callback=https", "callback=http"),
        ("login.cloudflareaccess.org", "login.fed.cloudflareaccess.org"),
        ("login.cloudflareaccess.org", "evil.example.test"),
        ("access.org%2F", "access.org%2Ftransfer%2F"),
        ("access.org%2F", "access.org%2F%2F"),
        ("%3D", ""),
        ("%3D", "%3D%3Fx"),
        ("j0DF", "j0D+"),
        ("%3D", "%3D&surplus=1"),
    ] {
        let bad = good.replacen(old, new, 1);
        assert_ne!(bad, good);
        assert!(matches!(edge.log_in_to_account(&bad), Err(NotLoggedIn::Malformed(_))), "{new}");
    }
    assert!(matches!(edge.log_in(&good), Err(NotLoggedIn::Malformed(_))), "another kind of login");
    assert_eq!(edge.log_in_to_account(&good), Ok(()));
}
