//! What a team signs: the metadata of an application, and any token. Inputs are claims, a key set, or a
//! token.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use usher_agent::cloudflare::by_hand::{self, Reply};
use usher_agent::cloudflare::edge::Application;
use usher_proto::AppUrl;

use super::token::{AUD, TEAM};
use super::{NOW, in_proportion};
use crate::edge::keys::{STRANGER, key};

/// The oldest metadata that counts and how far ahead it may be, in seconds.
const AGES: std::ops::RangeInclusive<i64> = -300..=24 * 60 * 60;

/// Claims of metadata that the team signed.
pub fn metadata(claims: &[u8]) {
    // Nothing else would be looked at, and signing takes long.
    let Ok(said) = serde_json::from_slice::<Value>(claims) else { return };
    let url: AppUrl = "https://app.example.com:8443/admin/x?y".parse().expect("a URL");
    let metadata = sign(claims);
    let reply = Reply::new(url.host(), 200, &[("cf-access-metadata", metadata.as_bytes())]);
    let found = in_proportion(metadata.len(), || reply.application(&url, key_set(), NOW));
    let Some(Application { app, audience, team }) = found else { return };
    assert!(app.covers(&url), "{app} does not cover {url}");
    let says = |name: &str| said[name].as_str().unwrap_or_default().to_ascii_lowercase();
    assert_eq!((said["type"].as_str(), says("hostname")), (Some("match"), url.host().to_owned()));
    assert_eq!((says("auth_domain"), says("aud")), (team.to_string(), audience.to_string()));
    let age = said["iat"].as_i64().map(|made| NOW.0 - made);
    assert!(age.is_some_and(|age| AGES.contains(&age)), "{age:?} seconds old");
}

/// A key set, or a token: neither verifies what the team did not sign.
pub fn keys(bytes: &[u8]) {
    static OURS: OnceLock<String> = OnceLock::new();
    let ours = OURS.get_or_init(|| {
        let claims =
            json!({"type": "app", "iss": format!("https://{TEAM}"), "aud": [AUD], "exp": NOW.0 + 60});
        sign(claims.to_string().as_bytes())
    });
    let application = Application {
        app: "app.example.com".parse().expect("a pattern"),
        audience: AUD.parse().expect("an AUD"),
        team: TEAM.parse().expect("a team"),
    };
    assert!(by_hand::verifies(ours, &application, key_set(), NOW), "it is ours");

    let verifies = in_proportion(bytes.len(), || by_hand::verifies(ours, &application, bytes, NOW));
    assert!(!verifies, "another team's keys verify it");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let verifies = in_proportion(bytes.len(), || by_hand::verifies(text, &application, key_set(), NOW));
        assert!(!verifies, "nobody signed it");
    }
}

/// Signs claims as the team does.
pub(super) fn sign(claims: &[u8]) -> String {
    let key = key(STRANGER);
    let header = json!({"alg": "RS256", "kid": key.kid, "typ": "JWT"}).to_string();
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let message = format!("{}.{}", part(header.as_bytes()), part(claims));
    let signature = key.sign(message.as_bytes());
    format!("{message}.{}", part(&signature))
}

/// The team's keys, as it publishes them.
pub(super) fn key_set() -> &'static [u8] {
    static SET: OnceLock<Vec<u8>> = OnceLock::new();
    SET.get_or_init(|| json!({"keys": [key(STRANGER).public()]}).to_string().into_bytes())
}
