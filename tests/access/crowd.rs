//! Many clients at once cause no more than one would.

use std::sync::Barrier;
use std::thread;

use serde_json::Value;
use usher_tests::world::World;

use super::{code, token};

/// Lets so many clients log in at once; shows their answers.
fn crowd(world: &World, urls: &[String]) -> Vec<Value> {
    let together = Barrier::new(urls.len());
    thread::scope(|scope| {
        let clients: Vec<_> = urls
            .iter()
            .map(|url| {
                scope.spawn(|| {
                    together.wait();
                    world.log_in(url)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    })
}

fn same(url: &str, count: usize) -> Vec<String> {
    vec![url.to_owned(); count]
}

#[test]
fn fifty_clients_on_a_cold_application_cause_one_login() {
    let world = World::start();
    let answers = crowd(&world, &same("https://app.example.test", 50));
    let first = token(&answers[0]);
    assert!(answers.iter().all(|answer| token(answer) == first));
    let log = world.edge.log();
    assert_eq!((log.logins(), log.issued_app_tokens(), log.exchanges()), (1, 1, 0));
    assert_eq!((log.discoveries(), log.jwks_fetches()), (1, 1));
}

#[test]
fn fifty_clients_on_an_expired_token_cause_one_exchange() {
    let world = World::start();
    world.edge.set_token_life(3600);
    let old = token(&world.log_in("https://app.example.test")).to_owned();
    world.clock.turn(3600);
    let answers = crowd(&world, &same("https://app.example.test", 50));
    let first = token(&answers[0]);
    assert!(first != old && answers.iter().all(|answer| token(answer) == first));
    let log = world.edge.log();
    assert_eq!((log.logins(), log.exchanges(), log.discoveries()), (1, 1, 1));
}

#[test]
fn five_applications_of_a_team_take_one_login_and_four_exchanges() {
    let world = World::start();
    let urls: Vec<_> = ["one", "two", "three", "four", "five"]
        .iter()
        .flat_map(|name| same(&format!("https://{name}.example.test"), 10))
        .collect();
    let answers = crowd(&world, &urls);
    for answers in answers.chunks(10) {
        assert!(answers.iter().all(|answer| token(answer) == token(&answers[0])));
    }
    let log = world.edge.log();
    assert_eq!((log.logins(), log.exchanges(), log.issued_app_tokens()), (1, 4, 5));
    assert_eq!((log.discoveries(), log.jwks_fetches()), (5, 1));
}

#[test]
fn many_who_ask_for_what_needs_a_login_cause_one_question() {
    let world = World::start();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(code(&world.token("https://app.example.test")), "login-required"));
        }
    });
    assert_eq!(world.edge.log().discoveries(), 1);
}
