//! What a program does with the edge, step by step and by hand.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use crypto_box::aead::{Aead, OsRng};
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use url::Url;
use usher_tests::edge::Edge;
use usher_tests::edge::hosts::{FEDRAMP_TRANSFER, TRANSFER};
use usher_tests::edge::https::Reply;

/// An application of Acme's.
pub(super) const APP: &str = "https://app.example.test/";

/// Reads a token as a careful client does; none if its signature does not hold.
pub(super) fn read(edge: &Edge, team: &str, token: &str) -> Option<Value> {
    let certs = edge.https().ask("GET", &format!("https://{team}/cdn-cgi/access/certs"), &[]).expect("keys");
    assert_eq!(certs.status, 200);
    let keys: JwkSet = serde_json::from_slice(&certs.body).expect("a key set");
    assert_eq!(keys.keys.len(), 2, "the current key and the one before");
    let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
    assert_eq!(kid.len(), 64);
    let mut signature = Validation::new(Algorithm::RS256);
    signature.required_spec_claims.clear();
    (signature.validate_exp, signature.validate_aud) = (false, false);
    let key = DecodingKey::from_jwk(keys.find(&kid)?).expect("an RSA key");
    jsonwebtoken::decode::<Value>(token, &key, &signature).ok().map(|data| data.claims)
}

/// Asks one thing; no answer is a failure.
pub(super) fn ask(edge: &Edge, method: &str, url: &str, headers: &[(&str, &str)]) -> Reply {
    edge.https().ask(method, url, headers).unwrap_or_else(|error| panic!("{method} {url}: {error}"))
}

/// Asks for signed metadata.
pub(super) fn metadata(edge: &Edge, url: &str) -> Reply {
    ask(edge, "HEAD", url, &[("cf-access-metadata-request", "true")])
}

/// Makes a login's URL as cloudflared does for an application at the root of its host.
pub(super) fn login_url(edge: &Edge, host: &str, key: &SecretKey) -> String {
    let aud = edge.audience(host);
    let token = URL_SAFE.encode(key.public_key().as_bytes());
    let mut back = Url::parse(&format!("https://{host}")).expect("a URL");
    back.query_pairs_mut().append_pair("aud", &aud).append_pair("token", &token);
    let mut url = Url::parse(&format!("https://{host}/cdn-cgi/access/cli")).expect("a URL");
    url.query_pairs_mut()
        .append_pair("aud", &aud)
        .append_pair("edge_token_transfer", "true")
        .append_pair("redirect_url", back.as_str())
        .append_pair("send_org_token", "true")
        .append_pair("token", &token);
    url.into()
}

/// Asks a transfer service once.
pub(super) fn poll(edge: &Edge, service: &str, key: &SecretKey) -> Reply {
    let token = URL_SAFE.encode(key.public_key().as_bytes());
    ask(edge, "GET", &format!("https://{service}/transfer/{token}"), &[])
}

/// Opens what a transfer service handed out.
pub(super) fn open(reply: &Reply, key: &SecretKey) -> Option<String> {
    let from = URL_SAFE.decode(reply.header("service-public-key")?).ok()?;
    let from = PublicKey::from_slice(&from).ok()?;
    let text: Vec<u8> = reply.body.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let sealed = STANDARD.decode(text).ok()?;
    let (nonce, sealed) = sealed.split_at_checked(24)?;
    String::from_utf8(SalsaBox::new(&from, key).decrypt(nonce.into(), sealed).ok()?).ok()
}

/// Logs in and collects; the app token and the org token.
pub(super) fn tokens(edge: &Edge, host: &str) -> (String, String) {
    let key = SecretKey::generate(&mut OsRng);
    edge.log_in(&login_url(edge, host, &key)).expect("a good URL");
    let service = if host.ends_with("agency.test") { FEDRAMP_TRANSFER } else { TRANSFER };
    let text = open(&poll(edge, service, &key), &key).expect("a box of ours");
    let both: Value = serde_json::from_str(&text).expect("JSON");
    let token = |name: &str| both[name].as_str().expect("a token").to_owned();
    (token("app_token"), token("org_token"))
}

/// Takes the three hops of an exchange; the answers, as far as they led on.
pub(super) fn exchange(edge: &Edge, url: &str, org_token: &str) -> Vec<Reply> {
    let first = ask(edge, "HEAD", url, &[]);
    let session = first.cookie("CF_AppSession").map(|(value, _)| format!("CF_AppSession={value}"));
    let mut hops = vec![first];
    let cookies = [format!("CF_Authorization={org_token}"), session.unwrap_or_default()];
    for cookie in cookies {
        let Some(next) = hops.last().and_then(|hop| hop.header("location")).map(str::to_owned) else { break };
        hops.push(ask(edge, "HEAD", &next, &[("cookie", &cookie)]));
    }
    hops
}
