//! A person logs in, and what follows from that without one.

use std::thread;
use std::time::Duration;

use serde_json::json;
use usher_tests::edge::hosts::{ACME, FEDRAMP_TRANSFER, TRANSFER};
use usher_tests::edge::{ADA, Fault, Where};
use usher_tests::world::{World, eventually};

use super::{code, says, token};

/// How often the agent says to a client that the login is still awaited.
const TELL_EVERY: Duration = Duration::from_secs(1);

#[test]
fn a_login_gives_a_token_that_the_edge_takes() {
    let world = World::start();
    let cold = world.token("https://app.example.test/some/path?x=1");
    assert_eq!(code(&cold), "login-required", "{cold}");
    assert!(says(&cold, "usher login"), "{cold}");
    let answer = world.log_in("https://app.example.test/some/path?x=1");
    let credential = &answer["token"]["credential"];
    assert_eq!(credential["email"], ADA);
    assert_eq!(credential["app"], "app.example.test");
    assert_eq!(credential["team"], ACME);
    assert_eq!(credential["source"], "login");
    let taken =
        world.edge.https().ask("GET", "https://app.example.test/", &[("cf-access-token", token(&answer))]);
    assert_eq!(taken.expect("the edge answers").status, 200);
    assert_eq!(token(&world.token("https://app.example.test/some/other")), token(&answer), "and it is kept");
    let kinds: Vec<_> = world.held().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["app-token", "org-token"]);
    assert_eq!(world.edge.log().logins(), 1);
    assert_eq!(world.edge.log().discoveries(), 1, "what was discovered is remembered");
    assert_eq!(world.edge.log().jwks_fetches(), 1);
    assert!(world.edge.log().strays().is_empty());
}

#[test]
fn who_is_logged_in_needs_no_login_for_the_teams_other_applications() {
    let world = World::start();
    world.log_in("https://app.example.test");
    for url in
        ["https://other.example.test", "https://x.wild.example.test/y", "https://app.example.test/admin/z"]
    {
        let answer = world.log_in(url);
        assert_eq!(answer["token"]["credential"]["source"], "exchange", "{url}: {answer}");
    }
    let log = world.edge.log();
    assert_eq!((log.logins(), log.exchanges()), (1, 3));
    assert!(log.strays().is_empty(), "{:?}", log.strays());
    let rival = world.token("https://app.rival.test");
    assert_eq!(code(&rival), "login-required", "another team's session is another one");
    let apps: Vec<_> =
        world.held().into_iter().filter(|(kind, _)| kind == "app-token").map(|(_, label)| label).collect();
    assert_eq!(
        apps,
        ["*.wild.example.test", "app.example.test", "app.example.test/admin", "other.example.test"]
    );
}

#[test]
fn a_federal_team_logs_in_where_federal_teams_do() {
    let world = World::start();
    let answer = world.log_in("https://app.agency.test");
    assert!(answer["token"].is_object(), "{answer}");
    assert!(world.edge.log().at(TRANSFER).is_empty());
    assert!(!world.edge.log().at(FEDRAMP_TRANSFER).is_empty());
}

#[test]
fn a_team_that_hands_over_no_session_still_gives_its_application() {
    let world = World::start();
    let _fault = world.edge.fault(Where::Transfer, Fault::NoOrgToken);
    assert!(world.log_in("https://app.example.test")["token"].is_object());
    assert_eq!(world.held().len(), 1, "{:?}", world.held());
    assert_eq!(code(&world.token("https://other.example.test")), "login-required");
}

#[test]
fn a_login_that_nobody_finishes_ends() {
    let world = World::with_login_patience(Duration::from_millis(1500));
    let mut login = world.begin_login("https://app.example.test");
    let answer = login.finish(|_| {});
    assert_eq!(code(&answer), "login-timeout", "{answer}");
    assert_eq!(world.held(), []);
}

#[test]
fn trouble_at_the_transfer_service_is_waited_out_with_the_same_key() {
    let world = World::start();
    for fault in [Fault::Status(503), Fault::Cut, Fault::Status(202)] {
        let mut login = world.begin_login("https://app.example.test");
        let broken = world.edge.fault(Where::Transfer.times(1), fault.clone());
        let answer = login.finish(|page| world.edge.log_in(page).expect("a good page"));
        assert!(answer["token"].is_object(), "{fault:?}: {answer}");
        drop(broken);
        world.agent.json(&json!({"forget-all": {}}));
    }
    assert_eq!(world.edge.log().logins(), 3);
}

#[test]
fn a_login_goes_on_when_the_first_client_leaves_and_ends_with_the_last() {
    let world = World::start();
    let mut first = world.begin_login("https://app.example.test");
    let page = first.page();
    assert_eq!(page["event"]["log-in"]["open"], true, "{page}");
    let mut second = world.begin_login("https://app.example.test");
    let same = second.page();
    assert_eq!(same["event"]["log-in"]["open"], false, "one window is enough");
    let url = page["event"]["log-in"]["url"].as_str().expect("a URL").to_owned();
    assert_eq!(same["event"]["log-in"]["url"], url);
    drop(first);
    world.edge.log_in(&url).expect("a good page");
    assert!(second.finish(|_| panic!("it was opened"))["token"].is_object());

    world.agent.json(&json!({"forget-all": {}}));
    let mut alone = world.begin_login("https://app.example.test");
    let abandoned = alone.page()["event"]["log-in"]["url"].clone();
    drop(alone);
    // The agent notices with its next word to a client that it has left, and it says one every second.
    // Each try is such a client too, so the next one comes after that.
    let renewed = eventually(|| {
        thread::sleep(2 * TELL_EVERY);
        let mut next = world.begin_login("https://app.example.test");
        let page = next.page()["event"]["log-in"].clone();
        (page["url"] != abandoned).then_some(page)
    });
    assert_eq!(renewed["open"], true);
}
