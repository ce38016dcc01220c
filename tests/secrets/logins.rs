//! What logins and exchanges bring is seen nowhere: neither tokens nor service secrets, nor the login
//! page and its key. The page is shown to the person, and is an argument of the browser's opener, which
//! takes it in no other way; nothing else has it.

use std::fs;

use serde_json::json;
use usher_tests::desk::Desk;
use usher_tests::edge::hosts::{ACME, RIVAL};
use usher_tests::edge::{ADA, Fault, Forgery, Where};
use usher_tests::home::Home;
use usher_tests::world::eventually;

use super::look::{asked, asked_in_both_forms, log_in, loud_agent, refused, shown_to_the_person_alone};
use super::search::Search;
use crate::{BROWSER, PROGRAMS};

const APP: &str = "https://app.example.test";
const OTHER: &str = "https://other.example.test";
const FOREIGN: &str = "https://app.rival.test";

/// What every JWT begins with, what every login page has, and what a hostile server puts in its answers.
const CANARIES: [&str; 4] = ["eyJ", "cdn-cgi/access/cli", "edge_token_transfer", "canary-of-a-server"];

#[test]
fn a_login_leaves_nothing_in_clear_with_a_store_in_memory() {
    leaves_nothing_in_clear(&Desk::new(PROGRAMS, BROWSER));
}

#[test]
fn a_login_leaves_nothing_in_clear_with_a_sealed_file() {
    let desk = Desk::with_store(PROGRAMS, BROWSER, Home::sealed_file);
    leaves_nothing_in_clear(&desk);
    assert!(!desk.usher(&["token", APP]).expect(0).stdout.is_empty(), "it was all in the sealed file");
}

fn leaves_nothing_in_clear(desk: &Desk) {
    let mut search = Search::of(&CANARIES);
    let agent = loud_agent(&desk.home);

    log_in(desk, &mut search, &["login", APP], Where::Cli, key_of);
    let watched = desk.home.path().join("work/watched");
    let watcher = cfg!(unix).then(|| desk.begin(&["watch", "--exec", "cat >> watched; env >> watched"]));
    bring_a_service_token(desk);
    let token = desk.usher(&["token", APP]).expect(0).stdout;
    desk.usher(&["token", OTHER]).expect(0);
    desk.usher(&["token", "--header", APP]).expect(0);
    provoke(desk, &mut search);
    let issued = desk.edge.secrets();
    assert!(issued.len() > 5 && issued.contains(&token), "tokens and a service secret");
    issued.iter().for_each(|secret| search.add(secret));
    look_around(desk, &search);
    #[cfg(target_os = "linux")]
    super::look::nobody_shows(&desk.home, &search);

    desk.usher(&["agent", "stop"]).expect(0);
    let (_, log) = agent.wait();
    assert!(log.contains("app-") && log.contains("DEBUG"), "the log tells what happened: {log}");
    let others = log.lines().filter(|line| line.starts_with('[') && !line.contains(" usher_agent::"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0], "libraries have no word in it");
    search.clean("the log", &log);
    let noted = fs::read_to_string(desk.home.audit_log()).expect("an audit log");
    for verb in ["token", "headers", "login", "refresh", "verify", "drop", "import", "stop"] {
        assert!(noted.contains(&format!(r#""verb":"{verb}""#)), "{verb}: {noted}");
    }

    if let Some(watcher) = watcher {
        eventually(|| {
            fs::read_to_string(&watched).ok().filter(|told| told.contains("USHER_EVENT=refreshed"))
        });
        watcher.kill();
    }

    // The audit log is among the files, and what a command for each change was given.
    let left = search.files(desk.home.path());
    assert!(left.is_empty(), "{left:?}");
    let planted = desk.home.path().join(".config/left-behind");
    fs::create_dir_all(planted.parent().expect("a folder")).expect("a folder");
    fs::write(&planted, &token).expect("a file");
    assert_eq!(search.files(desk.home.path()), [planted], "and what is there is found");
}

/// Shows the key by which a login is fetched; its last letters may be escaped.
fn key_of(page: &str) -> &str {
    let (_, key) = page.rsplit_once("&token=").expect("a login page");
    key.split(['&', '%', '=']).next().expect("a key")
}

fn bring_a_service_token(desk: &Desk) {
    let pair = desk.edge.add_service_token(ACME);
    let words = ["import", "--stdin", "--kind", "service-token", "--app", "service.example.test"];
    desk.usher_with_input(&words, &format!("{}\n{}", pair.id, pair.secret)).expect(0);
    desk.usher(&["token", "https://service.example.test"]).expect(0);
    desk.usher(&["token", "--header", "https://service.example.test"]).expect(0);
}

/// Makes everything fail for which a server may have words.
fn provoke(desk: &Desk, search: &mut Search) {
    let words = || CANARIES[3].to_owned();
    let forged = || Fault::Forged(Forgery::Text(words()));
    for (place, fault) in [
        (Where::Metadata, forged()),
        (Where::Metadata, Fault::Forged(Forgery::Claim("hostname", json!(words())))),
        (Where::Metadata, Fault::Forged(Forgery::Claim("auth_domain", json!(words())))),
        (Where::Login, Fault::Redirect(format!("https://one.example.test/{}", words()))),
        (Where::Login, Fault::Redirect(format!("https://{}.example/x", words()))),
        (Where::Authorized, forged()),
        (Where::Authorized, Fault::Forged(Forgery::Claim("iss", json!(words())))),
        (Where::Login, Fault::Cut),
    ] {
        refused_at(desk, search, place, fault, "https://one.example.test");
    }
    refused_at(desk, search, Where::Certs, Fault::Body(words().into()), "https://app.agency.test");
    for fault in [
        Fault::Plaintext(words()),
        Fault::Plaintext(json!({"app_token": words(), "org_token": words()}).to_string()),
        Fault::Header("service-public-key".into(), words()),
        Fault::Body(words().into()),
        forged(),
        Fault::WrongBox,
    ] {
        let _fault = desk.edge.fault(Where::Transfer, fault);
        let ran = desk.usher(&["login", FOREIGN]).expect(6);
        shown_to_the_person_alone(search, &ran, key_of);
    }
    assert!(desk.edge.log().at(RIVAL).len() < 100, "nothing goes round and round");
    desk.edge.revoke_app_tokens("app.example.test");
    desk.usher(&["verify", APP]).expect(0);
    desk.edge.revoke_sessions(ADA);
    let ended = desk.usher(&["verify", APP]).expect(3);
    search.clean("a session that ended", ended.stdout + &ended.stderr);
    let login = desk.usher(&["login", APP]).expect(0);
    shown_to_the_person_alone(search, &login, key_of);
}

/// Expects a refusal for what the edge does at a place.
fn refused_at(desk: &Desk, search: &Search, place: Where, fault: Fault, url: &str) {
    let what = format!("{place:?} {fault:?}");
    let _fault = desk.edge.fault(place, fault);
    refused(desk, search, &what, &["token", url]);
}

/// Asks everything whose answer has no secret in it.
fn look_around(desk: &Desk, search: &Search) {
    for words in [
        &["list"][..],
        &["status"],
        &["refresh", APP],
        &["verify", APP],
        &["verify", "--all"],
        &["access", "login", "--quiet", APP],
        &["token", "https://nowhere.example.test"],
        &["token", FOREIGN],
    ] {
        asked_in_both_forms(desk, search, words);
    }
    asked(desk, search, &["login", APP]); // for a program it prints the token, as it says
}
