//! Account certificates and tunnels: what is held is lent in either form, and what is not is logged in
//! for or fetched, from a simulated Cloudflare.

mod account;
mod fetched;
mod held;
mod hostile;
mod login;
mod programs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use usher_tests::agent::TestAgent;

/// An account.
const ACCOUNT: &str = "699d98642c564d2e855e9661899b7252";
/// Another one.
const OTHER_ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
/// A zone of the account.
const ZONE: &str = "fedcba9876543210fedcba9876543210";
/// A tunnel of the account.
const TUNNEL: &str = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";

/// Writes an account certificate as cloudflared does.
fn certificate(account: &str, zone: &str) -> String {
    let content = json!({"zoneID": zone, "accountID": account, "apiToken": "x".repeat(40)}).to_string();
    pem::encode_config(
        &pem::Pem::new("ARGO TUNNEL TOKEN", content),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    )
}

/// Writes a tunnel's credentials as cloudflared does; the secret is the bytes 0 to 31.
fn credentials(account: &str, tunnel: &str) -> String {
    let secret = STANDARD.encode((0..32).collect::<Vec<u8>>());
    format!(r#"{{"AccountTag":"{account}","TunnelSecret":"{secret}","TunnelID":"{tunnel}","Endpoint":""}}"#)
}

/// Writes the same as a tunnel token.
fn token(account: &str, tunnel: &str) -> String {
    let secret = STANDARD.encode((0..32).collect::<Vec<u8>>());
    STANDARD.encode(format!(r#"{{"a":"{account}","s":"{secret}","t":"{tunnel}"}}"#))
}

/// Takes in what is given, and tells its id.
fn import(agent: &TestAgent, kind: &str, label: Option<&str>, profile: &str, secret: &str) -> String {
    let given = json!({"given": {"kind": kind, "label": label}});
    let answer = agent.json(&json!({"import": {"profile": profile, "from": given, "secret": secret}}));
    let id = answer["imported"]["credential"]["id"].as_str();
    id.unwrap_or_else(|| panic!("it did not come in: {answer}")).to_owned()
}

/// Asks for the credentials of a tunnel.
fn tunnel_secret(agent: &TestAgent, tunnel: &str, form: &str, cert: Option<&str>) -> Value {
    let which = json!({"tunnel": tunnel, "cert": cert});
    agent.json(&json!({"tunnel-secret": {"which": which, "form": form}}))
}

/// Asks for an account certificate.
fn cert(agent: &TestAgent, id: Option<&str>, profile: &str) -> Value {
    agent.json(&json!({"cert": {"id": id, "profile": profile}}))
}

/// Shows the JSON in a certificate.
fn content(pem: &str) -> Value {
    let block = pem::parse(pem).expect("one block");
    assert_eq!(block.tag(), "ARGO TUNNEL TOKEN");
    serde_json::from_slice(block.contents()).expect("JSON")
}

/// Tells the code of a refusal.
fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

/// Tells whether the words of a refusal, and its hint, say something.
fn says(answer: &Value, words: &str) -> bool {
    let text = |part: &str| answer["error"][part].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("message"), text("hint")).contains(words)
}
