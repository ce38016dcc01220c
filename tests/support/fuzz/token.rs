//! Access tokens. An input is a line with the JSON of the header, and the JSON of the claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use usher_agent::cloudflare::by_hand;
use usher_agent::cloudflare::edge::Application;
use usher_proto::Kind;
use usher_proto::request::Origin;

use super::input::line;
use super::signed::{key_set, sign};
use super::{NOW, import};

pub(super) const AUD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub(super) const TEAM: &str = "acme.cloudflareaccess.com";

/// A token that is imported says what it is; one that verifies is also for the application or team.
pub fn token(bytes: &[u8]) {
    let (header, claims) = line(bytes);
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let token = format!("{}.{}.c2lnbmF0dXJl", part(header.as_bytes()), part(claims));
    for (kind, name) in [
        (Kind::AppToken, format!("app.example.com-{AUD}-token")),
        (Kind::OrgToken, format!("{TEAM}-org-token")),
    ] {
        let app = "app.example.com".parse().ok();
        let given = import::read(token.as_bytes(), || Origin::Given { kind, app: app.clone(), label: None });
        import::read(token.as_bytes(), || Origin::File { name: name.clone(), login_url: None });
        if given.is_some() {
            verified(kind, claims);
        }
    }
}

/// Signs claims that an import took, and checks by other means those that verify.
fn verified(kind: Kind, claims: &[u8]) {
    let application = Application {
        app: "app.example.com".parse().expect("a pattern"),
        audience: AUD.parse().expect("an AUD"),
        team: TEAM.parse().expect("a team"),
    };
    if !by_hand::verifies(&sign(claims), &application, key_set(), NOW) {
        return;
    }
    // A member that nobody reads may hold what is no text.
    let claims = String::from_utf8_lossy(claims);
    let claims: Value = serde_json::from_str(&claims).expect("what verified is JSON");
    assert_eq!(claims["iss"], format!("https://{TEAM}"));
    assert!(claims["exp"].as_i64().is_some_and(|end| end > NOW.0), "it has ended");
    if kind == Kind::AppToken {
        let aud = &claims["aud"];
        let ours = |aud: &Value| *aud == AUD;
        assert!(ours(aud) || aud.as_array().is_some_and(|all| all.iter().any(ours)), "for another: {aud}");
    }
}
