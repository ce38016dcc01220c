//! A login in a browser brings an account certificate, which is in the store before anything is said to be
//! done.

use std::time::Duration;

use serde_json::{Value, json};
use usher_agent::broker::LOGIN_PATIENCE;
use usher_agent::store::StoreError;
use usher_tests::edge::hosts::{ACME, AGENCY, FEDRAMP_TRANSFER, TRANSFER};
use usher_tests::edge::{ApiCall, Carried, Fault, Where};
use usher_tests::faulty::{Faulty, Mood};
use usher_tests::world::{Login, World, eventually};

use super::{ACCOUNT, ZONE, cert, certificate, code, content, import, says};

fn begin(world: &World) -> Login {
    world.begin(&json!({"cert-login": {}}))
}

fn page(login: &mut Login) -> String {
    let line = login.page();
    let url = line["event"]["log-in-to-account"]["url"].as_str();
    url.unwrap_or_else(|| panic!("no page: {line}")).to_owned()
}

#[test]
fn a_login_brings_a_certificate_that_is_kept() {
    let world = World::start();
    let mut login = begin(&world);
    let address = page(&mut login);
    assert!(
        address.starts_with("https://dash.cloudflare.com/argotunnel?aud=&callback=https%3A%2F%2Flogin."),
        "{address}"
    );
    world.edge.log_in_to_account(&address).expect("the page is as it must be");
    let answer = login.finish(|_| panic!("the page is told once"));
    let imported = &answer["imported"];
    assert_eq!((&imported["outcome"], &imported["safe"]), (&json!("new"), &json!(true)), "{answer}");
    assert_eq!(imported["trouble"], Value::Null);
    let credential = &imported["credential"];
    assert_eq!((&credential["kind"], &credential["source"]), (&json!("account-cert"), &json!("login")));
    assert_eq!(credential["account"], world.edge.account(ACME));
    let pem =
        cert(&world.agent, None, "default")["secret"]["secret"].as_str().expect("it is held").to_owned();
    let said = content(&pem);
    assert_eq!((&said["accountID"], &said["zoneID"]), (&credential["account"], &credential["zone"]));
    assert!(said["apiToken"].as_str().is_some_and(|token| world.edge.api_token_lives(token)));
    let log = world.edge.log();
    assert_eq!((log.count_of(Where::Dashboard), log.at(FEDRAMP_TRANSFER).len()), (1, 0));
    assert!(log.at(TRANSFER).iter().all(|entry| !entry.path.starts_with("/transfer/")));
    assert_eq!(log.count(|entry| entry.carries(Carried::ApiToken)), 0);
}

#[test]
fn another_login_replaces_it_and_other_profiles_and_accounts_stand_beside_it() {
    let world = World::start();
    let outcome = |answer: &Value| answer["imported"]["outcome"].clone();
    let first = world.log_in_to_account("default");
    assert_eq!(outcome(&first), "new");
    let again = world.log_in_to_account("default");
    assert_eq!(outcome(&again), "replaced");
    assert_eq!(again["imported"]["credential"]["id"], first["imported"]["credential"]["id"]);
    assert_eq!(outcome(&world.log_in_to_account("work")), "new");
    import(&world.agent, "account-cert", None, "default", &certificate(ACCOUNT, ZONE));
    assert_eq!(world.held().len(), 3, "{:?}", world.held());
    assert_eq!(code(&cert(&world.agent, None, "default")), "bad-request", "there are two to choose from");
    assert!(cert(&world.agent, None, "work")["secret"].is_object());
}

#[test]
fn a_federal_certificate_says_so_and_goes_where_federal_ones_do() {
    let world = World::start();
    let mut login = world.begin(&json!({"cert-login": {"fedramp": true}}));
    let answer = login.finish(|page| {
        assert!(page.starts_with("https://dash.fed.cloudflare.com/"), "{page}");
        world.edge.log_in_to_account(page).expect("the page is as it must be");
    });
    assert_eq!(answer["imported"]["credential"]["account"], world.edge.account(AGENCY), "{answer}");
    let pem =
        cert(&world.agent, None, "default")["secret"]["secret"].as_str().expect("it is held").to_owned();
    let said = content(&pem);
    assert_eq!(said["endpoint"], "fed");
    let whole = format!(
        r#"{{"zoneID":{},"accountID":{},"apiToken":{},"endpoint":"fed"}}"#,
        said["zoneID"], said["accountID"], said["apiToken"]
    );
    let block = pem::parse(&pem).expect("one block");
    assert_eq!(String::from_utf8_lossy(block.contents()), whole, "as cloudflared writes it");
    assert!(pem.lines().all(|line| line.len() <= 64) && pem.ends_with("-----END ARGO TUNNEL TOKEN-----\n"));

    world.edge.add_tunnel_of(AGENCY, "web");
    let tunnels = world.agent.json(&json!({"tunnels": {}}));
    assert_eq!(tunnels["tunnels"]["tunnels"][0]["name"], "web", "{tunnels}");
    let log = world.edge.log();
    assert!(log.at(TRANSFER).is_empty() && log.strays().is_empty(), "{:?}", log.strays());
    assert_eq!(log.api_calls(ApiCall::Tunnels), 1);
}

#[test]
fn a_login_that_nobody_finishes_ends_and_says_what_else_helps() {
    let world = World::with_login_patience(Duration::from_millis(1500));
    let answer = begin(&world).finish(|_| {});
    assert_eq!(code(&answer), "login-timeout", "{answer}");
    assert!(says(&answer, "usher import --stdin --kind account-cert < cert.pem"), "{answer}");
    assert_eq!(world.held(), []);
}

#[test]
fn trouble_at_the_transfer_service_is_waited_out_with_the_same_key() {
    let world = World::start();
    for fault in [Fault::Status(503), Fault::Cut, Fault::Status(202)] {
        let mut login = begin(&world);
        let broken = world.edge.fault(Where::Transfer.times(1), fault.clone());
        let answer = login.finish(|page| world.edge.log_in_to_account(page).expect("a good page"));
        assert!(answer["imported"].is_object(), "{fault:?}: {answer}");
        drop(broken);
    }
    assert_eq!(world.edge.log().count_of(Where::Dashboard), 3);
}

#[test]
fn what_is_no_certificate_is_refused_and_nothing_is_kept() {
    let world = World::start();
    let good = certificate(ACCOUNT, ZONE);
    let old = |content: &str| pem::encode(&pem::Pem::new("ARGO TUNNEL TOKEN", content));
    let key = pem::encode(&pem::Pem::new("RSA PRIVATE KEY", "k"));
    for body in [
        "<html>".to_owned(),
        format!("{good}{good}"),
        format!("{good}{key}"),
        old(&format!(r#"{{"zoneID":"{ZONE}","accountID":"{ACCOUNT}","apiToken":""}}"#)),
        old(&format!(r#"{{"zoneID":"{ZONE}","accountID":"{ACCOUNT}","apiToken":"a b"}}"#)),
        old(&format!(r#"{{"zoneID":"{ZONE}","apiToken":"x"}}"#)),
        old(&format!(r#"{{"zoneID":"{ZONE}","serviceKey":"v1.0-x"}}"#)),
        old(&format!("{ZONE}\nv1.0-x")),
        good.replace("ARGO TUNNEL", "WARP"),
        good[..good.len() / 2].to_owned(),
    ] {
        let _fault = world.edge.fault(Where::Transfer, Fault::Body(body.clone().into()));
        for fedramp in [false, true] {
            let mut login = world.begin(&json!({"cert-login": {"fedramp": fedramp}}));
            let answer = login.finish(|page| world.edge.log_in_to_account(page).expect("a good page"));
            assert_eq!(code(&answer), "untrusted", "{body}: {answer}");
        }
    }
    for (fault, refused) in [(Fault::CutInside, "network"), (Fault::Endless, "network")] {
        let _fault = world.edge.fault(Where::Transfer, fault);
        let answer = begin(&world).finish(|page| world.edge.log_in_to_account(page).expect("a good page"));
        assert_eq!(code(&answer), refused, "{answer}");
    }
    let _fault = world.edge.fault(Where::Transfer, Fault::RedirectToSelf);
    assert_eq!(code(&begin(&world).finish(|_| {})), "untrusted");
    assert_eq!(world.held(), []);
}

#[test]
fn who_asks_while_one_is_under_way_joins_it_and_takes_it_over_when_the_first_leaves() {
    let world = World::start();
    let mut first = begin(&world);
    let address = page(&mut first);
    let mut second = begin(&world);
    // It is told that the login is awaited, and not to open a page: the first one does that.
    second.wait();
    let mut of_another_profile = world.begin(&json!({"cert-login": {"profile": "work"}}));
    assert_ne!(page(&mut of_another_profile), address, "which has a login of its own");
    drop(of_another_profile);

    drop(first);
    assert_eq!(page(&mut second), address, "the one who had the page has left");
    world.edge.log_in_to_account(&address).expect("a good page");
    let answer = second.finish(|_| panic!("it was told"));
    assert_eq!(answer["imported"]["outcome"], "new", "{answer}");
}

#[test]
fn ten_who_ask_share_one_page_and_one_certificate() {
    let world = World::start();
    let mut logins = vec![begin(&world)];
    let address = page(&mut logins[0]); // of those who come at once, any may be the one who is asked
    logins.extend((1..10).map(|_| begin(&world)));
    logins[1..].iter_mut().for_each(Login::wait);
    world.edge.log_in_to_account(&address).expect("a good page");
    let answers: Vec<Value> = logins.iter_mut().map(|login| login.finish(|_| panic!("one has it"))).collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0] && answer["imported"].is_object()),
        "{answers:?}"
    );
    assert_eq!(world.held().len(), 1);
}

#[test]
fn a_certificate_that_came_is_kept_though_nobody_waits_for_it() {
    let (store, switch) = Faulty::new();
    let world = World::with_store(Box::new(store), LOGIN_PATIENCE);
    let mut login = begin(&world);
    let address = page(&mut login);
    switch.set(Mood::Hangs);
    world.edge.log_in_to_account(&address).expect("a good page");
    world
        .edge
        .wait_until(|log| log.count(|entry| entry.part == Where::Transfer && entry.status == Some(200)) == 1);
    eventually(|| {
        (world.agent.json(&json!({"list": {}}))["list"]["credentials"][0].is_object()).then_some(())
    });
    drop(login);
    switch.set(Mood::Well);
    eventually(|| {
        let status = world.agent.json(&json!({"status": {}}));
        (status["status"]["unsaved"] == 0).then_some(())
    });
    assert_eq!(world.held().len(), 1);
}

#[test]
fn a_store_that_does_not_take_it_is_told() {
    let (store, switch) = Faulty::new();
    let world = World::with_store(Box::new(store), LOGIN_PATIENCE);
    let mut login = begin(&world);
    let address = page(&mut login);
    switch.set(Mood::Forgets);
    world.edge.log_in_to_account(&address).expect("a good page");
    let answer = login.finish(|_| panic!("it was told"));
    assert_eq!(answer["imported"]["safe"], false, "{answer}");
    assert_eq!(answer["imported"]["trouble"]["code"], "store-failed", "{answer}");
    assert!(cert(&world.agent, None, "default")["secret"].is_object(), "it can be used");

    let (store, switch) = Faulty::new();
    switch.set(Mood::Fails(StoreError::Timeout));
    let world = World::with_store(Box::new(store), LOGIN_PATIENCE);
    assert_eq!(code(&begin(&world).finish(|_| {})), "store-timeout", "nobody logs in for nothing");
    assert_eq!(world.edge.log().polls(), 0);
}

#[test]
fn an_agent_that_is_locked_takes_none_in() {
    let world = World::start();
    let mut login = begin(&world);
    let address = page(&mut login);
    world.agent.json(&json!({"lock": {"passphrase": "open sesame"}}));
    world.edge.log_in_to_account(&address).expect("a good page");
    assert_eq!(code(&login.finish(|_| panic!("it was told"))), "locked");
    assert_eq!(code(&begin(&world).finish(|_| {})), "locked");
    world.agent.json(&json!({"unlock": {"passphrase": "open sesame"}}));
    assert_eq!(world.held(), []);
}

#[test]
fn an_agent_that_never_goes_out_says_so() {
    let agent = usher_tests::agent::TestAgent::start();
    let answer = agent.json(&json!({"cert-login": {}}));
    assert_eq!(code(&answer), "network", "{answer}");
    assert!(says(&answer, "offline = true"), "{answer}");
}
