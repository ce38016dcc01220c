//! Service tokens from a pipe, as scripts and CI use them.

use usher_tests::desk::Desk;
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{AppSettings, Policy, ServiceToken};

use super::{APP, desk, is_token};

const SERVICE: &str = "https://service.example.test";

fn import(desk: &Desk, token: &ServiceToken, words: &[&str]) {
    let words = [&["import", "--stdin", "--kind", "service-token"], words].concat();
    let ran = desk.usher_with_input(&words, &format!("{}\n{}\n", token.id, token.secret)).expect(0);
    assert!(!(ran.stdout + &ran.stderr).contains(&token.secret));
}

#[test]
fn a_pair_for_a_team_opens_its_applications_without_a_person() {
    let desk = desk();
    let pair = desk.edge.add_service_token(ACME);
    import(&desk, &pair, &["--team", "acme"]);
    let headers = desk.usher(&["token", "--header", SERVICE]).expect(0);
    let expected = format!("CF-Access-Client-Id: {}\nCF-Access-Client-Secret: {}\n", pair.id, pair.secret);
    assert_eq!((headers.stdout, headers.stderr), (expected, String::new()));
    assert!(is_token(&desk.usher(&["token", SERVICE]).expect(0).stdout));
    assert_eq!((desk.pages(), desk.edge.log().service_exchanges()), (0, 1));
    assert!(desk.edge.log().strays().is_empty());
}

#[test]
fn one_header_takes_both_halves_where_the_application_wants_it() {
    let desk = desk();
    let settings = AppSettings {
        policy: Policy::ServiceAuth,
        service_token_header: Some("Authorization".into()),
        ..AppSettings::of(ACME)
    };
    desk.edge.add_app("single.example.test", settings);
    let pair = desk.edge.add_service_token(ACME);
    import(&desk, &pair, &["--app", "single.example.test", "--single-header", "Authorization"]);
    let headers = desk.usher(&["token", "--header", "single.example.test"]).expect(0).stdout;
    let (name, value) = headers.trim_end().split_once(": ").expect("one header");
    assert!(name == "Authorization" && value.contains(&pair.id) && value.contains(&pair.secret), "{headers}");
    let opened =
        desk.edge.https().ask("GET", "https://single.example.test/", &[(name, value)]).expect("an answer");
    assert_eq!(opened.status, 200);
}

#[test]
fn a_pair_that_is_refused_is_an_error_and_opens_no_browser() {
    let desk = desk();
    let pair = desk.edge.add_service_token(ACME);
    import(&desk, &pair, &["--app", "app.example.test"]);
    for words in [&["token", APP][..], &["token", "--login", APP], &["login", APP]] {
        let ran = desk.usher(words).expect(6);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("hint: "), "{ran:?}");
    }
    assert_eq!((desk.pages(), desk.edge.log().logins()), (0, 0));
}
