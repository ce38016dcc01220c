//! What comes in, what is left out, and what a second import changes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use usher_agent::clock::Clock;
use usher_proto::answer::Outcome;
use usher_proto::request::{Import, Origin};
use usher_proto::{Answer, Code, Kind, ProfileName};
use usher_tests::agent::TestAgent;
use usher_tests::token::{app_token, audience, file_name, import_file, jwt, secret};

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dot-cloudflared").join(name);
    fs::read_to_string(path).expect("the fixture is there")
}

fn outcome(answer: Answer) -> Result<(Kind, Outcome), Code> {
    match answer {
        Answer::Imported(imported) => Ok((imported.credential.kind, imported.outcome)),
        Answer::Error(refusal) => {
            assert!(!refusal.message.is_empty() && !refusal.hint.is_empty());
            Err(refusal.code)
        }
        other => panic!("no answer to an import: {other:?}"),
    }
}

fn given(kind: Kind, text: &str) -> Import {
    Import {
        profile: ProfileName::default(),
        from: Origin::Given {
            kind,
            app: Some("app.example.com".parse().expect("an application")),
            label: Some("ci".into()),
        },
        secret: secret(text),
    }
}

#[test]
fn a_folder_of_the_real_cloudflared_comes_in_twice_and_changes_nothing() {
    let agent = TestAgent::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dot-cloudflared");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a plain name"))
        .filter(|name| name.ends_with("-token") || name == "cert.pem" || name.ends_with(".json"))
        .collect();
    names.sort();
    let all = |outcome_of_live: Outcome| -> Vec<_> {
        names
            .iter()
            .map(|name| {
                match (
                    name.starts_with("ssh.example.test"),
                    outcome(agent.import(import_file(name, &fixture(name)))),
                ) {
                    (true, expired) => assert_eq!(expired, Err(Code::Expired), "{name}"),
                    (false, live) => {
                        assert_eq!(live.map(|(_, outcome)| outcome), Ok(outcome_of_live), "{name}")
                    }
                }
            })
            .collect()
    };
    assert_eq!(all(Outcome::New).len(), 9);
    let first = agent.json(&json!({"list": {}}));
    all(Outcome::Unchanged);
    assert_eq!(agent.json(&json!({"list": {}})), first);

    let credentials = first["list"]["credentials"].as_array().expect("a list");
    let kinds: Vec<_> = credentials.iter().map(|one| one["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        kinds,
        [
            "app-token",
            "app-token",
            "app-token",
            "app-token",
            "org-token",
            "org-token",
            "account-cert",
            "tunnel"
        ]
    );
    let wild =
        credentials.iter().find(|one| one["app"] == "*.wild.example.test").expect("the wildcard application");
    assert_eq!(wild["email"], "alice@example.test");
    assert_eq!(wild["team"], "acme.cloudflareaccess.com");
    for url in [
        "https://app.example.test/x",
        "https://other.example.test",
        "https://app.rival.test",
        "https://any.wild.example.test",
    ] {
        assert!(agent.token(url)["token"]["token"].is_string(), "{url}");
    }
}

#[test]
fn a_fresher_token_replaces_and_an_older_one_does_not() {
    let agent = TestAgent::start();
    let name = file_name("app.example.com", 1);
    let token = |life: i64| app_token(1, agent.clock.now().0 + life);
    let import = |token: &str| outcome(agent.import(import_file(&name, token))).map(|(_, outcome)| outcome);
    assert_eq!(import(&token(100)), Ok(Outcome::New));
    assert_eq!(import(&token(200)), Ok(Outcome::Replaced));
    assert_eq!(import(&token(150)), Ok(Outcome::Older));
    assert_eq!(agent.token("app.example.com")["token"]["token"], token(200));
    assert_eq!(
        import(&format!("  {}\n", token(200))),
        Ok(Outcome::Unchanged),
        "white space around a token is none of it"
    );
}

/// Each member is one claim that is not as it must be.
#[test]
fn tokens_that_only_look_right_are_refused() {
    let agent = TestAgent::start();
    let good = json!({
        "aud": [audience(1)], "exp": agent.clock.now().0 + 100, "iat": 1, "type": "app", "iss": "https://acme.cloudflareaccess.com",
    });
    let with = |claim: &str, value: Value| {
        let mut claims = good.clone();
        claims[claim] = value;
        jwt(&claims)
    };
    let import =
        |token: &str| outcome(agent.import(import_file(&file_name("app.example.com", 1), token))).map(|_| ());
    let header = jwt(&good).split('.').next().expect("a header").to_owned();
    for (why, token) in [
        ("an audience of another application", with("aud", json!([audience(2)]))),
        ("no audience", with("aud", json!([]))),
        ("an audience that is no text", with("aud", json!(7))),
        ("an org token", with("type", json!("org"))),
        ("a service's own type", with("type", Value::Null)),
        ("an issuer that only looks right", with("iss", json!("https://evilcloudflareaccess.com"))),
        ("an issuer without https", with("iss", json!("http://acme.cloudflareaccess.com"))),
        ("an issuer with a path", with("iss", json!("https://acme.cloudflareaccess.com/x"))),
        ("an end that is no number", with("exp", json!("soon"))),
        ("no end", with("exp", Value::Null)),
        ("only a header", header),
        ("nothing", " ".into()),
        ("no JWT", "eyJ.canary".into()),
        ("too long", "e".repeat(40_000)),
        ("a header of its own", format!("{}\r\nEvil: 1", jwt(&good))),
        ("words for a terminal", format!("{}\u{1b}[31m", jwt(&good))),
        ("signed with a shared key", jwt(&good).replacen("eyJhbGciOiJSUzI1Ni", "eyJhbGciOiJIUzI1Ni", 1)),
    ] {
        assert_eq!(import(&token), Err(Code::Malformed), "{why}");
    }
    assert_eq!(import(&with("exp", json!(agent.clock.now().0))), Err(Code::Expired));
    assert_eq!(import(&with("aud", json!(audience(1)))), Ok(()), "plain text is a form of audience too");
}

#[test]
fn certificates_of_both_forms_come_in_and_others_do_not() {
    let agent = TestAgent::start();
    let block = |tag: &str, content: &str| {
        use base64::Engine;
        let body = base64::engine::general_purpose::STANDARD.encode(content);
        format!("-----BEGIN {tag}-----\n{body}\n-----END {tag}-----\n")
    };
    let token = |json: Value| block("ARGO TUNNEL TOKEN", &json.to_string());
    let (zone, account) = ("1".repeat(32), "2".repeat(32));
    let new = json!({"zoneID": zone, "accountID": account, "apiToken": "x".repeat(40)});
    let import = |pem: &str| outcome(agent.import(import_file("cert.pem", pem))).map(|(_, outcome)| outcome);
    assert_eq!(import(&token(new.clone())), Ok(Outcome::New));
    let beside = format!("{}{}{}", block("PRIVATE KEY", "k"), block("CERTIFICATE", "c"), token(new.clone()));
    assert_eq!(import(&beside), Ok(Outcome::Replaced), "the older form, with key and certificate");
    for (pem, code) in [
        (format!("{}{}", token(new.clone()), token(new.clone())), Code::Malformed),
        (format!("{}{}", token(new), block("RSA PRIVATE KEY", "k")), Code::Malformed),
        (token(json!({"zoneID": zone, "accountID": account})), Code::Malformed),
        (token(json!({"zoneID": zone, "apiToken": "x"})), Code::Legacy),
        (token(json!({"zoneID": zone, "serviceKey": "v1.0-x"})), Code::Legacy),
        (block("WARP TOKEN", "{}"), Code::Legacy),
        (block("ARGO TUNNEL TOKEN", &format!("{zone}\nv1.0-key")), Code::Legacy),
        (block("ARGO TUNNEL TOKEN", "nonsense"), Code::Malformed),
        (block("CERTIFICATE", "c"), Code::Malformed),
        ("-----BEGIN ARGO TUNNEL TOKEN-----\n!!!\n-----END ARGO TUNNEL TOKEN-----\n".into(), Code::Malformed),
        ("no PEM".into(), Code::Malformed),
    ] {
        assert_eq!(import(&pem), Err(code), "{pem}");
    }
}

#[test]
fn both_forms_of_a_tunnel_are_one_credential() {
    let agent = TestAgent::start();
    let name = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415.json";
    // The example of both forms in Cloudflare's own format: the secret is the bytes 0 to 31.
    let json = r#"{"AccountTag":"699d98642c564d2e855e9661899b7252","TunnelSecret":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","TunnelID":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","Endpoint":""}"#;
    let token = "eyJhIjoiNjk5ZDk4NjQyYzU2NGQyZTg1NWU5NjYxODk5YjcyNTIiLCJzIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0iLCJ0IjoiZjcwZmY5ODUtYTRlZi00NjQzLWJiYmMtNGEwZWQ0ZmM4NDE1In0=";
    assert_eq!(outcome(agent.import(import_file(name, json))), Ok((Kind::Tunnel, Outcome::New)));
    assert_eq!(outcome(agent.import(given(Kind::Tunnel, token))), Ok((Kind::Tunnel, Outcome::Replaced)));
    for (bad, code) in [
        ("{}", Code::Malformed),
        ("not base64!", Code::Malformed),
        (&json.replace("AAECAwQF", "AAEC"), Code::Malformed),
        (&json.replace("f70ff985-", ""), Code::Malformed),
        (&json.replace("699d98642c56", ""), Code::Malformed),
    ] {
        assert_eq!(outcome(agent.import(import_file(name, bad))), Err(code), "{bad}");
    }
    let old = json.replace(r#","TunnelID":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415""#, "");
    assert_eq!(outcome(agent.import(import_file(name, &old))), Err(Code::Legacy));
}

#[test]
fn service_tokens_and_api_tokens_come_in_as_people_copy_them() {
    let agent = TestAgent::start();
    let (id, key) = (format!("{}.access", "a".repeat(32)), "b".repeat(64));
    let forms = [
        format!("{id}\n{key}\n"),
        format!("CF-Access-Client-Id: {id}\nCF-Access-Client-Secret: {key}"),
        json!({"cf-access-client-id": id, "cf-access-client-secret": key}).to_string(),
        json!({"client_id": id, "client_secret": key}).to_string(),
        format!("{id}:{key}"),
    ];
    let outcomes =
        forms.map(|form| outcome(agent.import(given(Kind::ServiceToken, &form))).map(|(_, outcome)| outcome));
    assert_eq!(outcomes[0], Ok(Outcome::New));
    assert_eq!(outcomes[1..], [Ok(Outcome::Unchanged); 4]);
    for bad in [&key, &id, &format!("{id}\n{key}\nmore"), &format!("{id}\nshort"), "{}"] {
        assert_eq!(outcome(agent.import(given(Kind::ServiceToken, bad))), Err(Code::Malformed), "{bad}");
    }
    assert_eq!(
        outcome(agent.import(given(Kind::ApiToken, &"x".repeat(40)))),
        Ok((Kind::ApiToken, Outcome::New))
    );
    for bad in ["short", &"x y".repeat(20)] {
        assert_eq!(outcome(agent.import(given(Kind::ApiToken, bad))), Err(Code::Malformed), "{bad}");
    }
    let unlabelled = Import {
        from: Origin::Given { kind: Kind::ApiToken, app: None, label: None },
        ..given(Kind::ApiToken, &"x".repeat(40))
    };
    assert_eq!(outcome(agent.import(unlabelled)), Err(Code::BadRequest));
}
