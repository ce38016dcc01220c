//! Revocation: what is revoked is wiped here at once, refused by Cloudflare soon, and told truthfully.

mod each;
mod everything;
mod programs;
mod refused;
mod store;

use serde_json::{Value, json};
use usher_tests::edge::Permission;
use usher_tests::edge::hosts::ACME;
use usher_tests::world::World;

/// What an API token must be allowed to do, to end everything.
pub(crate) const ADMINISTRATOR: [Permission; 6] = [
    Permission::AccountRead,
    Permission::AccessAppsRevoke,
    Permission::AccessOrgRevoke,
    Permission::ServiceTokensWrite,
    Permission::ApiTokensWrite,
    Permission::TunnelWrite,
];

const APP: &str = "https://app.example.test";
const SERVICE_APP: &str = "https://service.example.test";

/// One credential of each kind, with the secrets as Cloudflare knows them.
struct All {
    app_token: String,
    certificate: String,
    tunnel: String,
    tunnel_token: String,
    service: usher_tests::edge::ServiceToken,
    api_token: String,
}

impl All {
    /// Brings them all into an agent: by logins, by the API, and from a person.
    fn bring(world: &World, permissions: &[Permission]) -> Self {
        let login = world.log_in(APP);
        let app_token =
            login["token"]["token"].as_str().unwrap_or_else(|| panic!("no token: {login}")).to_owned();
        let certificate = world.edge.account_certificate();
        world.import(&json!({"given": {"kind": "account-cert"}}), &certificate);
        let tunnel = world.edge.add_tunnel("web");
        let tunnel_token = world.edge.tunnel_token(&tunnel);
        world.edge.connect(&tunnel, &tunnel_token).expect("it is the tunnel's own");
        world.import(&json!({"given": {"kind": "tunnel", "label": "web"}}), &tunnel_token);
        let service = world.edge.add_service_token(ACME);
        let pair = format!("{} {}", service.id, service.secret);
        world.import(&json!({"service-token": {"app": "service.example.test"}}), &pair);
        let api_token = world.edge.add_api_token(permissions);
        world.import(&json!({"given": {"kind": "api-token", "label": "admin"}}), &api_token);
        Self { app_token, certificate, tunnel, tunnel_token, service, api_token }
    }

    /// The API token inside the certificate.
    fn certificate_token(&self) -> String {
        let block = pem::parse(&self.certificate).expect("PEM");
        let content: Value = serde_json::from_slice(block.contents()).expect("JSON");
        content["apiToken"].as_str().expect("text").to_owned()
    }

    /// Lists what Cloudflare still takes.
    fn still_taken(&self, world: &World) -> Vec<&'static str> {
        let edge = &world.edge;
        let asked = |url: &str, headers: &[(&str, &str)]| {
            edge.https().ask("GET", url, headers).expect("an answer").status == 200
        };
        let pair =
            [("cf-access-client-id", &*self.service.id), ("cf-access-client-secret", &*self.service.secret)];
        let connected = edge.connectors(&self.tunnel).iter().any(|one| one.alive && !one.current);
        [
            (asked(&format!("{APP}/"), &[("cf-access-token", &self.app_token)]), "app token"),
            (edge.api_token_lives(&self.certificate_token()), "certificate"),
            (edge.connect(&self.tunnel, &self.tunnel_token).is_ok() || connected, "tunnel"),
            (asked(&format!("{SERVICE_APP}/"), &pair), "service token"),
            (edge.api_token_lives(&self.api_token), "api token"),
        ]
        .into_iter()
        .filter_map(|(taken, what)| taken.then_some(what))
        .collect()
    }
}

/// Revokes, and tells kind and state of each, in order; the clock goes on while Cloudflare is waited for.
fn revoke(world: &World, what: &Value) -> Vec<(String, String)> {
    states(&revoked(world, what))
}

/// Revokes, and shows the answer.
fn revoked(world: &World, what: &Value) -> Value {
    world.revoke(what)
}

fn states(answer: &Value) -> Vec<(String, String)> {
    let all = answer["revoked"]["revoked"].as_array().unwrap_or_else(|| panic!("not revoked: {answer}"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    all.iter().map(|one| (text(&one["credential"]["kind"]), text(&one["state"]))).collect()
}

/// Pairs of kind and state.
fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, state)| ((*kind).to_owned(), (*state).to_owned())).collect()
}

fn pending(world: &World) -> Vec<(String, String)> {
    let answer = world.agent.json(&json!({"pending": {}}));
    states(&json!({"revoked": answer["pending"]}))
}

/// Tells the code of a refusal.
fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}
