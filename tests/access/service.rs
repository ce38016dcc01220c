//! Service tokens: exchanged where that goes, handed out as headers where it does not, and never
//! replaced by a person.

use serde_json::{Value, json};
use usher_tests::edge::hosts::{ACME, EVIL};
use usher_tests::edge::{AppSettings, Carried, Policy, ServiceToken};
use usher_tests::world::World;

use super::{code, says, token};

fn import(world: &World, token: &ServiceToken, what_for: &Value) -> Value {
    let mut from = what_for.clone();
    let secret = format!("{}\n{}", token.id, token.secret);
    from.as_object_mut().expect("an object").entry("label").or_insert(Value::Null);
    world.agent.json(&json!({"import": {"from": {"service-token": from}, "secret": secret}}))
}

fn headers(world: &World, url: &str) -> Vec<(String, String)> {
    let answer = world.agent.json(&json!({"headers": {"app": url}}));
    let headers = answer["headers"]["headers"].as_array().unwrap_or_else(|| panic!("no headers: {answer}"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    headers.iter().map(|header| (text(&header["name"]), text(&header["value"]))).collect()
}

fn opens(world: &World, url: &str, headers: &[(String, String)]) -> bool {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    world.edge.https().ask("GET", url, &headers).expect("the edge answers").status == 200
}

#[test]
fn a_service_token_is_exchanged_for_a_short_lived_one() {
    let world = World::start();
    let service = world.edge.add_service_token(ACME);
    let imported = import(&world, &service, &json!({"app": "service.example.test"}));
    assert_eq!(imported["imported"]["outcome"], "new", "{imported}");
    let answer = world.token("https://service.example.test/x");
    assert_eq!(answer["token"]["credential"]["client_id"], service.id, "{answer}");
    assert_eq!(answer["token"]["credential"]["email"], Value::Null);
    assert!(opens(
        &world,
        "https://service.example.test/",
        &[("cf-access-token".into(), token(&answer).into())]
    ));
    world.token("https://service.example.test/y");
    assert_eq!(world.edge.log().service_exchanges(), 1);
    assert!(world.edge.log().strays().is_empty());
}

#[test]
fn its_headers_open_the_application_in_either_form() {
    let world = World::start();
    let service = world.edge.add_service_token(ACME);
    import(&world, &service, &json!({"team": ACME}));
    let two = headers(&world, "https://service.example.test");
    let names: Vec<_> = two.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["CF-Access-Client-Id", "CF-Access-Client-Secret"]);
    assert!(opens(&world, "https://service.example.test/", &two));

    let settings = AppSettings {
        policy: Policy::ServiceAuth,
        service_token_header: Some("Authorization".into()),
        ..AppSettings::of(ACME)
    };
    world.edge.add_app("single.example.test", settings);
    let other = world.edge.add_service_token(ACME);
    import(&world, &other, &json!({"app": "single.example.test", "header": "Authorization"}));
    let one = headers(&world, "https://single.example.test");
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].0, "Authorization");
    assert!(opens(&world, "https://single.example.test/", &one));
    assert!(world.token("https://single.example.test")["token"].is_object());
}

#[test]
fn without_a_service_token_the_header_is_the_app_tokens() {
    let world = World::start();
    let login = world.log_in("https://app.example.test");
    let headers = headers(&world, "https://app.example.test");
    assert_eq!(headers, [("cf-access-token".to_owned(), token(&login).to_owned())]);
    assert!(opens(&world, "https://app.example.test/", &headers));
}

#[test]
fn a_refused_service_token_never_becomes_a_login() {
    let world = World::start();
    world.log_in("https://other.example.test");
    let service = world.edge.add_service_token(ACME);
    import(&world, &service, &json!({"app": "app.example.test"}));
    for answer in [world.token("https://app.example.test"), world.log_in("https://app.example.test")] {
        assert_eq!(code(&answer), "service-token-refused", "{answer}");
        assert!(says(&answer, "Service Auth"), "{answer}");
    }
    let log = world.edge.log();
    assert_eq!((log.logins(), log.exchanges()), (1, 0), "nor an exchange of the person's session");
}

#[test]
fn a_persons_token_does_not_answer_for_a_service_token() {
    let world = World::start();
    let person = world.log_in("https://app.example.test");
    world.edge.change_app("app.example.test", |app| app.policy = Policy::Both);
    let service = world.edge.add_service_token(ACME);
    import(&world, &service, &json!({"app": "app.example.test"}));
    let answer = world.token("https://app.example.test");
    assert_ne!(token(&answer), token(&person));
    assert_eq!(answer["token"]["credential"]["client_id"], service.id);
}

#[test]
fn a_strict_application_takes_the_pair_and_gives_no_token() {
    let world = World::start();
    world.edge.change_app("service.example.test", |app| app.strict_service_tokens = true);
    let service = world.edge.add_service_token(ACME);
    import(&world, &service, &json!({"app": "service.example.test"}));
    let answer = world.token("https://service.example.test");
    assert_eq!(code(&answer), "not-supported", "{answer}");
    assert!(says(&answer, "--header"), "{answer}");
    world.edge.revoke_service_token(&service.id);
    let answer = world.token("https://service.example.test");
    assert_eq!(code(&answer), "service-token-refused", "{answer}");
}

#[test]
fn the_pair_goes_to_no_host_that_is_not_behind_access() {
    let world = World::start();
    let service = world.edge.add_service_token(ACME);
    import(&world, &service, &json!({"app": EVIL}));
    assert_eq!(code(&world.token(&format!("https://{EVIL}/"))), "no-access");
    assert_eq!(world.edge.log().count(|entry| entry.carries(Carried::ServiceSecret)), 0);
}
