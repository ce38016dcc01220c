//! Access over the API: the end of sessions, and service tokens.

use usher_agent::clock::Clock;
use usher_agent::cloudflare::api::{ApiError, App};
use usher_proto::{Audience, Timestamp};
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{ADA, Permission};

use super::sessions::{logged_in, opens};
use super::{Bench, text};

#[test]
fn all_sessions_of_an_application_end() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::AccessAppsRevoke]);
    let api = bench.api(&token);
    let audience: Audience = bench.edge.audience("app.example.test").parse().expect("an AUD");
    let app = bench.run(api.app_by_audience(&bench.account, &audience)).expect("an answer");
    assert_eq!(app, Some(App { id: bench.edge.app_id("app.example.test") }));
    let nobody: Audience = "0".repeat(64).parse().expect("an AUD");
    assert_eq!(bench.run(api.app_by_audience(&bench.account, &nobody)), Ok(None));
    let rival: Audience = bench.edge.audience("app.rival.test").parse().expect("an AUD");
    assert_eq!(bench.run(api.app_by_audience(&bench.account, &rival)), Ok(None), "another account's");

    let session = logged_in(&bench, "https://app.example.test/");
    assert!(opens(&bench, &session));
    assert_eq!(bench.run(api.revoke_app_tokens(&bench.account, &app.expect("found").id)), Ok(()));
    assert!(!opens(&bench, &session));
    assert_eq!(bench.edge.log().strays().len(), 0);
}

#[test]
fn all_sessions_of_a_person_end() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::AccessOrgRevoke]);
    let session = logged_in(&bench, "https://app.example.test/");
    let api = bench.api(&token);
    assert_eq!(bench.run(api.revoke_user(&bench.account, "grace@example.test")), Ok(()));
    assert!(opens(&bench, &session));
    assert_eq!(bench.run(api.revoke_user(&bench.account, ADA)), Ok(()));
    assert!(!opens(&bench, &session));
    assert_eq!(bench.run(bench.client.session_holds(&session.team, &session.org)), Ok(false));
}

#[test]
fn a_service_token_gets_another_secret_and_ends() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::ServiceTokensWrite]);
    let (api, account) = (bench.api(&token), &bench.account);
    for _ in 0..60 {
        bench.edge.add_service_token(ACME);
    }
    let pair = bench.edge.add_service_token(ACME);
    let facts = bench.run(api.service_token_by_client_id(account, &pair.id)).expect("an answer");
    let facts = facts.expect("it is on the second page");
    assert_eq!((&*facts.id, &*facts.client_id), (&*bench.edge.service_token_id(&pair.id), &*pair.id));
    let year = 365 * 24 * 60 * 60;
    assert_eq!(facts.expires, Some(Timestamp(bench.clock.now().0 + year)));
    let nobody = format!("{}.access", "0".repeat(32));
    assert_eq!(bench.run(api.service_token_by_client_id(account, &nobody)), Ok(None));

    let opens = |secret: &str| {
        let pair = [("cf-access-client-id", &*pair.id), ("cf-access-client-secret", secret)];
        let answer = bench.edge.https().ask("GET", "https://service.example.test/", &pair);
        answer.expect("an answer").status == 200
    };
    let second = bench.run(api.rotate_service_token(account, &facts.id, None)).expect("another secret");
    assert!(opens(text(&second)) && !opens(&pair.secret));
    let until = Timestamp(bench.clock.now().0 + 100);
    let third = bench.run(api.rotate_service_token(account, &facts.id, Some(until))).expect("another secret");
    assert!(opens(text(&third)) && opens(text(&second)));
    bench.clock.turn(99);
    assert!(opens(text(&second)));
    bench.clock.turn(1);
    assert!(opens(text(&third)) && !opens(text(&second)), "its time is over");
    assert_eq!(bench.run(api.delete_service_token(account, &facts.id)), Ok(()));
    assert!(!opens(text(&third)));
    assert_eq!(bench.run(api.delete_service_token(account, &facts.id)), Err(ApiError::NotFound));
    let rotated = bench.run(api.rotate_service_token(account, &facts.id, None));
    assert_eq!(rotated.err(), Some(ApiError::NotFound));
    assert_eq!(bench.edge.log().strays().len(), 0);
}
