//! The simulated edge keeps to what is known of the real one, and its faults are what they say.

mod account;
mod api;
mod exchange;
mod faults;
mod hand;
mod login;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crypto_box::SecretKey;
use crypto_box::aead::OsRng;
use usher_tests::edge::hosts::{ACME, AGENCY, EVIL, FEDRAMP_TRANSFER, PLAIN, TRANSFER};
use usher_tests::edge::{Edge, https_from};

use self::hand::{login_url, open};

#[test]
fn an_agent_is_told_where_the_edge_is() {
    let edge = Edge::start();
    let network = edge.network();
    let file = network.ca_file.expect("a file");
    let covers = |url: &str| {
        let url = url.parse().expect("a URL");
        network.hosts.iter().find(|(pattern, _)| pattern.covers(&url)).map(|(_, address)| *address)
    };
    for host in
        [ACME, AGENCY, TRANSFER, FEDRAMP_TRANSFER, PLAIN, EVIL, "a.wild.example.test", "app.rival.test"]
    {
        assert_eq!(covers(&format!("https://{host}/")), Some(edge.address()), "{host}");
    }
    assert_eq!(covers("https://example.com/"), None);
    let config = edge.config();
    assert!(config.starts_with(&format!("ca-file = '{}'\n", file.display())));
    assert!(config.contains(&format!("\n[hosts]\n\"*.example.test\" = \"{}\"\n", edge.address())));
}

/// An edge in a process of its own, which ends with the test however that goes.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_edge_runs_by_itself_and_brings_a_browser() {
    let program = env!("CARGO_BIN_EXE_edge");
    let folder = tempfile::tempdir().expect("a folder");
    let mut serving = Command::new(program)
        .args(["serve", "--token-life", "20s"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .map(Serving)
        .expect("it starts");
    let said = BufReader::new(serving.0.stdout.take().expect("piped"));
    let said: Vec<_> =
        said.lines().map_while(Result::ok).take_while(|line| !line.contains("Ctrl-C")).collect();
    let home = folder.path().join("usher");
    assert!(said.contains(&format!("export USHER_HOME='{}'", home.display())), "{said:?}");
    let config = std::fs::read_to_string(home.join("config.toml")).expect("a home for usher");
    assert!(
        config.starts_with("store = \"memory\"\nca-file = ") && config.contains("\n[hosts]\n"),
        "{config}"
    );

    // AUD tags are the same in every edge.
    let key = SecretKey::generate(&mut OsRng);
    let url = login_url(&Edge::start(), "app.example.test", &key);
    let browser = |url: &str| {
        let mut browser = Command::new(program);
        browser.args(["open", url]).env("USHER_EDGE", folder.path()).stderr(Stdio::null());
        browser.status().expect("it starts").success()
    };
    assert!(!browser(&url.replace("&token=", "&token=AAAA")));
    assert!(browser(&url));
    let client = https_from(folder.path()).expect("it left its address");
    let token = url.rsplit_once("token=").expect("the last parameter").1;
    let answer = client.ask("GET", &format!("https://{TRANSFER}/transfer/{token}"), &[]).expect("an answer");
    let text = open(&answer, &key);
    assert!(text.is_some_and(|text| text.contains("app_token")));
}
