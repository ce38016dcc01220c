//! Which token answers which URL.

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_proto::{Answer, ProfileName, Request};
use usher_tests::agent::TestAgent;
use usher_tests::token::{app_token, file_name, import_file, secret};
use usher_tests::wire::ask;

/// Imports the app token of an application, which ends in so many seconds; returns it.
fn give(agent: &TestAgent, app: &str, number: u32, life: i64) -> String {
    let token = app_token(number, agent.clock.now().0 + life);
    let imported = agent.import(import_file(&file_name(app, number), &token));
    assert!(matches!(imported, Answer::Imported(_)), "{imported:?}");
    token
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

#[test]
fn the_most_specific_application_answers() {
    let agent = TestAgent::start();
    let wild = give(&agent, "*.example.com", 1, 100);
    let app = give(&agent, "app.example.com", 2, 100);
    let admin = give(&agent, "app.example.com/admin", 3, 100);
    for (url, token) in [
        ("https://other.example.com/x", Some(&wild)),
        ("https://app.example.com", Some(&app)),
        ("app.example.com/administrator", Some(&app)),
        ("https://app.example.com/admin", Some(&admin)),
        ("https://app.example.com/admin/users?x=1", Some(&admin)),
        ("https://APP.example.com:8443/admin/", Some(&admin)),
        ("https://example.com", None),
        ("https://a.b.example.com", None),
        ("https://app.example.com.evil.example", None),
        ("https://evilapp.example.org", None),
    ] {
        let answer = agent.token(url);
        match token {
            Some(token) => assert_eq!(answer["token"]["token"], **token, "{url}"),
            None => assert_eq!(code(&answer), "not-found", "{url}"),
        }
    }
}

#[test]
fn an_expired_token_is_never_replaced_by_another_applications() {
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1, 1000);
    give(&agent, "app.example.com/admin", 2, 100);
    agent.clock.turn(100);
    let answer = agent.token("https://app.example.com/admin");
    assert_eq!(code(&answer), "login-required", "{answer}");
    assert!(answer["error"]["message"].as_str().is_some_and(|words| words.contains("expired")), "{answer}");
    assert!(agent.token("https://app.example.com/")["token"].is_object());
}

#[test]
fn a_token_must_live_as_long_as_the_caller_asks() {
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1, 100);
    let ask =
        |min_valid: u32| agent.json(&json!({"token": {"app": "app.example.com", "min_valid": min_valid}}));
    assert!(ask(100)["token"].is_object());
    assert_eq!(code(&ask(101)), "login-required");
    agent.clock.turn(96);
    assert_eq!(
        code(&agent.token("app.example.com")),
        "login-required",
        "five seconds are asked for by default"
    );
    assert!(ask(0)["token"].is_object());
    agent.clock.turn(4);
    assert_eq!(code(&ask(0)), "login-required", "a token that ends now has ended");
}

#[test]
fn of_two_tokens_for_one_application_the_longer_lived_answers() {
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1, 100);
    let recreated = give(&agent, "app.example.com", 2, 200);
    assert_eq!(agent.token("app.example.com")["token"]["token"], recreated);
}

#[test]
fn profiles_are_kept_apart() {
    let agent = TestAgent::start();
    let mine = give(&agent, "app.example.com", 1, 100);
    let theirs = app_token(1, agent.clock.now().0 + 50);
    let mut import = import_file(&file_name("app.example.com", 1), &theirs);
    import.profile = "work".parse::<ProfileName>().expect("a name");
    agent.import(import);
    let work = agent.json(&json!({"token": {"app": "app.example.com", "profile": "work"}}));
    assert_eq!(work["token"]["token"], theirs);
    assert_eq!(agent.token("app.example.com")["token"]["token"], mine);
    let nobody = agent.json(&json!({"token": {"app": "app.example.com", "profile": "none"}}));
    assert_eq!(code(&nobody), "not-found");
    let ids = agent.json(&json!({"list": {}}));
    let ids: Vec<_> =
        ids["list"]["credentials"].as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn what_is_forgotten_is_gone() {
    let agent = TestAgent::start();
    give(&agent, "app.example.com", 1, 100);
    give(&agent, "other.example.com", 2, 100);
    let list = agent.json(&json!({"list": {}}));
    let id = &list["list"]["credentials"][0]["id"];
    assert_eq!(agent.json(&json!({"forget": {"id": id}}))["forgotten"]["count"], 1);
    assert_eq!(code(&agent.token("app.example.com")), "not-found");
    assert_eq!(code(&agent.json(&json!({"forget": {"id": id}}))), "not-found");
    assert_eq!(agent.json(&json!({"forget-all": {}}))["forgotten"]["count"], 1);
    assert_eq!(agent.json(&json!({"list": {}}))["list"]["credentials"], json!([]));
}

#[test]
fn a_long_list_comes_in_pages() {
    const COUNT: u32 = 1_000;
    let agent = TestAgent::start();
    let mut stream = agent.connect();
    for number in 0..COUNT {
        let app = format!("app{number}.example.com");
        let import = import_file(&file_name(&app, number), &app_token(number, agent.clock.now().0 + 100));
        assert!(matches!(ask(&mut stream, &Request::Import(import)), Answer::Imported(_)));
    }
    let (mut ids, mut labels, mut after, mut pages) = (Vec::new(), Vec::new(), None, 0);
    loop {
        let answer = ask(&mut stream, &Request::List { profile: None, after });
        let Answer::List { credentials, more } = answer else { panic!("no list: {answer:?}") };
        ids.extend(credentials.iter().map(|credential| credential.id.clone()));
        labels.extend(credentials.iter().map(|credential| credential.label.clone()));
        after = ids.last().cloned();
        pages += 1;
        if !more {
            break;
        }
    }
    assert!(labels.is_sorted(), "{labels:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), COUNT as usize);
    assert!(pages > 1);
    assert!(matches!(
        ask(&mut stream, &Request::ForgetAll { profile: None }),
        Answer::Forgotten { count: 1_000 }
    ));
}

#[test]
fn a_service_token_bound_to_an_application_is_no_app_token() {
    let agent = TestAgent::start();
    let pair = json!({"cf-access-client-id": format!("{}.access", "a".repeat(32)), "cf-access-client-secret": "b".repeat(64)});
    let import = usher_proto::request::Import {
        profile: ProfileName::default(),
        from: usher_proto::request::Origin::Given {
            kind: usher_proto::Kind::ServiceToken,
            app: Some("app.example.com".parse().expect("an application")),
            label: None,
        },
        secret: secret(&pair.to_string()),
    };
    assert!(matches!(agent.import(import), Answer::Imported(_)));
    assert_eq!(code(&agent.token("app.example.com")), "not-found");
}
