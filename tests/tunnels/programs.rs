//! The real programs: what a person types and a script reads.

use std::fs;

use usher_tests::desk::Desk;
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{Fault, Where};

use super::{TUNNEL, certificate, credentials, token};
use crate::{BROWSER, PROGRAMS};

fn desk() -> Desk {
    Desk::new(PROGRAMS, BROWSER)
}

fn pages(desk: &Desk) -> usize {
    desk.edge.log().count(|entry| entry.part == Where::Dashboard && entry.remote)
}

#[test]
fn a_login_and_then_every_tunnel() {
    let desk = desk();
    let none = desk.usher(&["tunnel", "list"]).expect(3);
    assert!(none.stderr.contains("usher tunnel login") && none.stdout.is_empty(), "{none:?}");

    let login = desk.usher(&["tunnel", "login"]).expect(0);
    let account = desk.edge.account(ACME);
    assert!(
        login.stdout.starts_with(&format!("account certificate for account {account} (cert-")),
        "{login:?}"
    );
    assert!(login.stdout.ends_with("): new, until deleted.\n"), "{login:?}");
    for words in [
        "    https://dash.cloudflare.com/argotunnel?",
        "choose a zone",
        "was asked to open",
        "Waiting for the login; ",
    ] {
        assert!(login.stderr.contains(words), "{words}: {login:?}");
    }
    assert_eq!(pages(&desk), 1);

    let empty = desk.usher(&["tunnel", "list"]).expect(0);
    assert_eq!(empty.stdout, "The account has no tunnels.\n");
    let id = desk.edge.add_tunnel("web");
    desk.edge.connect(&id, &desk.edge.tunnel_token(&id)).expect("the tunnel's token");
    let list = desk.usher(&["tunnel", "list"]).expect(0);
    let lines: Vec<Vec<&str>> = list.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["NAME", "UUID", "STATUS", "MADE", "HELD"]);
    assert_eq!((&lines[1][..3], lines[1].last()), (&["web", &id, "healthy"][..], Some(&"-")));

    let shown = desk.usher(&["tunnel", "show", "web"]).expect(0);
    for words in [&id, &account, "healthy", "linux_amd64", "4 (xyz01, xyz02, xyz03, xyz04)"] {
        assert!(shown.stdout.contains(words), "{words}: {shown:?}");
    }

    let token = desk.usher(&["tunnel", "token", "web"]).expect(0);
    assert_eq!((token.stdout, token.stderr), (desk.edge.tunnel_token(&id), String::new()));
    let file = desk.usher(&["tunnel", "credentials", &id]).expect(0);
    let secret = desk.edge.tunnel_secret(&id);
    assert_eq!(
        file.stdout,
        format!(r#"{{"AccountTag":"{account}","TunnelSecret":"{secret}","TunnelID":"{id}","Endpoint":""}}"#)
    );
    let held = desk.usher(&["tunnel", "show", "web"]).expect(0);
    assert!(held.stdout.contains("tunnel-"), "{held:?}");
    assert!(desk.edge.log().strays().is_empty());
}

#[test]
fn the_programs_say_it_all_in_json_too() {
    let desk = desk();
    let ran = desk.usher(&["tunnel", "login", "--json"]).expect(0);
    let lines: Vec<serde_json::Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let url = lines[0]["event"]["log-in-to-account"]["url"].as_str();
    assert!(url.is_some_and(|url| url.starts_with("https://dash.cloudflare.com/")), "{lines:?}");
    let last = lines.last().expect("an answer");
    assert_eq!((&last["outcome"], &last["credential"]["source"]), (&"new".into(), &"login".into()));
    assert_eq!((ran.stderr.as_str(), pages(&desk)), ("", 1));

    let id = desk.edge.add_tunnel("web");
    let cert = last["credential"]["id"].as_str().expect("an id");
    let list = desk.usher(&["tunnel", "list", "--json", "--cert", cert]).expect(0).json();
    assert_eq!(list["tunnels"][0]["id"], id);
    let shown = desk.usher(&["tunnel", "show", "--json", "web"]).expect(0).json();
    assert_eq!((&shown["tunnel"]["name"], &shown["connectors"]), (&"web".into(), &serde_json::json!([])));
    let token = desk.usher(&["tunnel", "token", "--json", "web"]).expect(0).json();
    assert_eq!(token["secret"], desk.edge.tunnel_token(&id));
    assert_eq!(token["credential"]["label"], "web");
}

#[test]
fn what_is_held_needs_neither_login_nor_network() {
    let desk = desk();
    let _down = desk.edge.fault(Where::Anywhere, Fault::Cut);
    let account = desk.edge.account(ACME);
    let (token, file) = (token(&account, TUNNEL), credentials(&account, TUNNEL));
    let ran = desk.usher_with_input(&["tunnel", "import", "--label", "web"], &file).expect(0);
    assert!(ran.stdout.starts_with("tunnel credentials for web (tunnel-"), "{ran:?}");
    for name in ["web", TUNNEL] {
        assert_eq!(desk.usher(&["tunnel", "token", name]).expect(0).stdout, token);
        assert_eq!(desk.usher(&["tunnel", "credentials", name]).expect(0).stdout, file);
    }
    assert_eq!(desk.usher_with_input(&["tunnel", "import"], "nonsense").expect(1).stdout, "");
    desk.usher_with_input(
        &["import", "--stdin", "--kind", "account-cert"],
        &certificate(&account, &"1".repeat(32)),
    )
    .expect(0);
    for words in [&["tunnel", "list"][..], &["tunnel", "show", "web"], &["tunnel", "token", "other"]] {
        let ran = desk.usher(words).expect(6);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("api.cloudflare.com"), "{ran:?}");
    }
}

#[test]
fn each_mistake_has_its_exit_code_and_a_hint() {
    let desk = desk();
    desk.usher(&["tunnel", "login"]).expect(0);
    desk.edge.add_tunnel("web");
    for (words, code) in [
        (&["tunnel", "token", "nothing"][..], 3),
        (&["tunnel", "show", "00000000-0000-4000-8000-000000000000"], 3),
        (&["tunnel", "token", "web", "--cert", "cert-000000000000"], 3),
        (&["tunnel", "token", "web", "--profile", "work"], 3),
        (&["tunnel", "token", " web "], 2),
        (&["tunnel", "token", "web", "--cert", "web"], 2),
        (&["tunnel", "token"], 2),
        (&["tunnel"], 2),
    ] {
        let ran = desk.usher(words).expect(code);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{words:?}: {ran:?}");
    }
    desk.edge
        .secrets()
        .iter()
        .filter(|secret| desk.edge.api_token_lives(secret))
        .for_each(|token| desk.edge.revoke_api_token(token));
    let refused = desk.usher(&["tunnel", "token", "web"]).expect(5);
    assert!(refused.stderr.contains("hint: `usher tunnel login`"), "{refused:?}");
}

#[test]
fn two_who_log_in_at_once_open_one_page_and_who_is_killed_takes_nobodys_login_along() {
    let desk = desk();
    let mut first = desk.begin(&["tunnel", "login", "--no-browser"]);
    let page = first.line_with("https://dash.");
    let mut second = desk.begin(&["tunnel", "login", "--no-browser"]);
    second.line_with("Another client was asked to open the page");
    first.kill();
    assert_eq!(second.line_with("https://dash."), page, "it is its turn now");
    desk.edge.log_in_to_account(&page).expect("the page is as it must be");
    second.finish().expect(0);
    assert_eq!(pages(&desk), 0);
}

/// What a browser downloads where it cannot hand the certificate over.
#[test]
fn a_certificate_that_the_browser_downloaded_is_taken_in() {
    let desk = desk();
    let pem = desk.edge.account_certificate();
    fs::write(desk.home.path().join("cert.pem"), &pem).expect("a file");
    desk.usher_with_input(&["import", "--stdin", "--kind", "account-cert"], &pem).expect(0);
    desk.edge.add_tunnel("web");
    assert!(desk.usher(&["tunnel", "list"]).expect(0).stdout.contains("web"));
}
