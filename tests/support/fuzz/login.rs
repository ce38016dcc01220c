//! What a login brings. An input is a line with the sender's key, and the body; the same bytes as a
//! whole are also what an honest sender seals.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use url::Url;
use usher_agent::clock::SystemClock;
use usher_agent::cloudflare::by_hand::opened;
use usher_agent::cloudflare::edge::{Application, Edge, Login, Region};
use usher_agent::cloudflare::http::Network;

use super::in_proportion;
use super::input::line;
use super::token::{AUD, TEAM};
use crate::edge::sealed::{public_key, seal};

/// Only what was sealed for a login opens, and it holds what it says.
pub fn login(bytes: &[u8]) {
    static BEGUN: OnceLock<Login> = OnceLock::new();
    let begun = BEGUN.get_or_init(begin);
    let (peer, body) = line(bytes);
    let found = in_proportion(bytes.len(), || opened(begun, &peer, body));
    assert_eq!(found, None, "it was not sealed for this login");

    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let sealed = seal(text, &public_key(&own_key(begun)).expect("a key"));
    let found = in_proportion(sealed.body.len(), || opened(begun, &sealed.from, sealed.body.as_bytes()));
    let Some((app, org)) = found else { return };
    let said: Value = serde_json::from_str(text).expect("what was opened is JSON");
    let says = |name: &str| said[name].as_str().map(str::len);
    assert_eq!(Some(app.len()), says("app_token"));
    assert!(org.is_none_or(|org| Some(org.len()) == says("org_token")));
}

fn begin() -> Login {
    let app = Application {
        app: "app.example.com".parse().expect("a pattern"),
        audience: AUD.parse().expect("an AUD"),
        team: TEAM.parse().expect("a team"),
    };
    let edge = Edge::new(Network::default(), Arc::new(SystemClock));
    edge.begin_login(&"https://app.example.com".parse().expect("a URL"), &app, Region::Commercial, false)
}

/// Reads the login's public key off its page.
fn own_key(login: &Login) -> String {
    let page = Url::parse(std::str::from_utf8(login.page().expose()).expect("text")).expect("a URL");
    let key = page.query_pairs().find(|(name, _)| name == "token").map(|(_, key)| key.into_owned());
    key.expect("the page names the key")
}
