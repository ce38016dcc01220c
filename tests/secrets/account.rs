//! What a login to an account brings is seen nowhere, and neither are the credentials of tunnels: the page
//! and its key, the certificate and the API token in it, tunnel tokens and the secrets in them.

use serde_json::json;
use usher_tests::desk::Desk;
use usher_tests::edge::{ApiCall, Fault, Where};
use usher_tests::home::Home;

use super::look::{asked_in_both_forms, log_in, loud_agent, refused, shown_to_the_person_alone};
use super::search::Search;
use crate::{BROWSER, PROGRAMS};

/// What every certificate, tunnel token and page has, and what a hostile server puts in its answers. JSON
/// that begins with a name is `eyJ` in base64.
const CANARIES: [&str; 5] = ["eyJ", "BEGIN ARGO", "argotunnel?", "TunnelSecret", "canary-of-a-server"];

#[test]
fn an_account_leaves_nothing_in_clear_with_a_store_in_memory() {
    leaves_nothing_in_clear(&Desk::new(PROGRAMS, BROWSER));
}

#[test]
fn an_account_leaves_nothing_in_clear_with_a_sealed_file() {
    let desk = Desk::with_store(PROGRAMS, BROWSER, Home::sealed_file);
    leaves_nothing_in_clear(&desk);
    assert!(
        !desk.usher(&["tunnel", "token", "web"]).expect(0).stdout.is_empty(),
        "it was in the sealed file"
    );
}

fn leaves_nothing_in_clear(desk: &Desk) {
    let mut search = Search::of(&CANARIES);
    let agent = loud_agent(&desk.home);

    log_in(desk, &mut search, &["tunnel", "login"], Where::Dashboard, key_of);
    for name in ["web", "api"] {
        desk.edge.add_tunnel(name);
    }
    let token = desk.usher(&["tunnel", "token", "web"]).expect(0).stdout;
    desk.usher(&["tunnel", "credentials", "web"]).expect(0);
    desk.usher_with_input(&["tunnel", "import"], &token).expect(0);
    provoke(desk, &mut search);
    let issued = desk.edge.secrets();
    assert!(issued.len() > 4 && issued.contains(&token), "API tokens, tunnel tokens and their secrets");
    issued.iter().for_each(|secret| search.add(secret));
    look_around(desk, &search);
    #[cfg(target_os = "linux")]
    super::look::nobody_shows(&desk.home, &search);

    desk.usher(&["agent", "stop"]).expect(0);
    let (_, log) = agent.wait();
    assert!(log.contains("cert-") && log.contains("tunnel-") && log.contains("DEBUG"), "it tells: {log}");
    search.clean("the log", &log);
    let left = search.files(desk.home.path());
    assert!(left.is_empty(), "{left:?}");
}

/// Shows the key by which the certificate is fetched; its last letter is escaped.
fn key_of(page: &str) -> &str {
    let (_, key) = page.rsplit_once("%2F").expect("a page of the dashboard");
    key.strip_suffix("%3D").expect("a key")
}

/// Makes everything fail for which a server may have words.
fn provoke(desk: &Desk, search: &mut Search) {
    let words = || CANARIES[4].to_owned();
    let errors = json!([{"code": 10_000, "message": words()}]);
    let result = json!({"success": true, "result": words()}).to_string();
    for fault in [
        Fault::Refused(403, errors.clone()),
        Fault::Refused(400, errors),
        Fault::Body(words().into()),
        Fault::Body(result.clone().into()),
        Fault::Redirect(format!("https://one.example.test/{}", words())),
    ] {
        let what = format!("{fault:?}");
        let _fault = desk.edge.fault(Where::AnyApi, fault);
        for words in [&["tunnel", "list"][..], &["tunnel", "show", "api"], &["tunnel", "token", "api"]] {
            refused(desk, search, &what, words);
        }
    }
    {
        let _fault = desk.edge.fault(Where::Api(ApiCall::TunnelToken), Fault::Body(result.into()));
        let ran = desk.usher(&["tunnel", "token", "api"]).expect(6);
        search.clean("a token that is none", ran.stdout + &ran.stderr);
    }
    let pem = pem::encode(&pem::Pem::new("ARGO TUNNEL TOKEN", words()));
    for body in [words(), pem] {
        let _fault = desk.edge.fault(Where::Transfer, Fault::Body(body.into()));
        let ran = desk.usher(&["tunnel", "login"]).expect(6);
        shown_to_the_person_alone(search, &ran, key_of);
    }
    let ran = desk.usher_with_input(&["tunnel", "import"], &format!("{{\"AccountTag\":\"{}\"}}", words()));
    search.clean("an import", ran.stdout + &ran.stderr);
}

/// Asks everything whose answer has no secret in it.
fn look_around(desk: &Desk, search: &Search) {
    for words in [
        &["list"][..],
        &["status"],
        &["tunnel", "list"],
        &["tunnel", "show", "web"],
        &["tunnel", "token", "nothing"],
        &["tunnel", "credentials", "eyJhIjoi"],
    ] {
        asked_in_both_forms(desk, search, words);
    }
}
