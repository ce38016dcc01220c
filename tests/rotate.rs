//! Rotation: a tunnel, a service token or a certificate has another secret, at Cloudflare and here, and
//! whatever goes wrong on the way, no secret is lost.

mod certificate;
mod killed;
mod service_token;
mod tunnel;

use serde_json::{Value, json};
use usher_tests::world::World;

/// Takes a certificate of Acme's account in.
fn import_certificate(world: &World) -> String {
    world.import(&json!({"given": {"kind": "account-cert"}}), &world.edge.account_certificate())
}

/// Takes an API token in.
fn import_api_token(world: &World, value: &str) -> String {
    world.import(&json!({"given": {"kind": "api-token", "label": "admin"}}), value)
}

/// Tells the code of a refusal.
fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}
