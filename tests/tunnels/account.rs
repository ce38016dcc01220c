//! The tunnels of an account, and who serves them; asked with the account certificate and nothing else.

use serde_json::{Value, json};
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{ApiCall, Permission};
use usher_tests::world::World;

use super::{ZONE, cert, certificate, code, content, import, says, tunnel_secret};

fn tunnels(world: &World) -> Value {
    world.agent.json(&json!({"tunnels": {}}))
}

#[test]
fn the_list_tells_how_each_does_and_what_is_held() {
    let world = World::start();
    world.log_in_to_account("default");
    assert_eq!(tunnels(&world)["tunnels"]["tunnels"], json!([]));
    let web = world.edge.add_tunnel("web");
    let api = world.edge.add_tunnel("api");
    world.edge.connect(&web, &world.edge.tunnel_token(&web)).expect("the tunnel's token");
    tunnel_secret(&world.agent, "web", "token", None);
    let list = tunnels(&world)["tunnels"]["tunnels"].clone();
    let account = world.edge.account(ACME);
    let held = world.agent.json(&json!({"list": {}}))["list"]["credentials"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["kind"] == "tunnel"))
        .expect("it was fetched")["id"]
        .clone();
    let all: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            assert_eq!(one["account"], account);
            assert!(one["created"].is_i64());
            [&one["id"], &one["name"], &one["status"], &one["held"]]
        })
        .collect();
    assert_eq!(
        all,
        [
            [&json!(api), &json!("api"), &json!("inactive"), &Value::Null],
            [&json!(web), &json!("web"), &json!("healthy"), &held],
        ]
    );
}

#[test]
fn hundreds_of_tunnels_come_whole_and_in_order() {
    let world = World::start();
    world.log_in_to_account("default");
    (0..230).rev().for_each(|number| drop(world.edge.add_tunnel(&format!("tunnel-{number:03}"))));
    let list = tunnels(&world);
    let names: Vec<_> = list["tunnels"]["tunnels"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(names, (0..230).map(|number| json!(format!("tunnel-{number:03}"))).collect::<Vec<_>>());
    assert_eq!(
        tunnel_secret(&world.agent, "tunnel-229", "token", None)["secret"]["credential"]["label"],
        "tunnel-229"
    );
}

#[test]
fn a_tunnel_is_shown_with_who_serves_it() {
    let world = World::start();
    world.log_in_to_account("default");
    let id = world.edge.add_tunnel("web");
    let connector = world.edge.connect(&id, &world.edge.tunnel_token(&id)).expect("the tunnel's token");
    for name in ["web", &id] {
        let shown = world.agent.json(&json!({"tunnel": {"tunnel": name}}))["tunnel"].clone();
        assert_eq!(
            (&shown["tunnel"]["id"], &shown["tunnel"]["status"]),
            (&json!(id), &json!("healthy")),
            "{shown}"
        );
        assert_eq!(shown["tunnel"]["held"], Value::Null);
        let [one] = &shown["connectors"].as_array().expect("a list")[..] else { panic!("{shown}") };
        assert_eq!((&one["id"], &one["arch"]), (&json!(connector), &json!("linux_amd64")));
        assert_eq!(one["places"], json!(["xyz01", "xyz02", "xyz03", "xyz04"]));
        assert!(one["since"].is_i64());
    }
}

/// An API token may do as much and more, and is never used in a certificate's place.
#[test]
fn an_api_token_does_not_take_a_certificates_place() {
    let world = World::start();
    let token = world.edge.add_api_token(&[Permission::TunnelRead, Permission::TunnelWrite]);
    import(&world.agent, "api-token", Some("admin"), "default", &token);
    let id = world.edge.add_tunnel("web");
    assert_eq!(code(&tunnels(&world)), "not-found");
    assert_eq!(code(&tunnel_secret(&world.agent, "web", "token", None)), "not-found");
    assert!(world.edge.log().entries.is_empty(), "nothing was asked");

    world.log_in_to_account("default");
    let pem =
        cert(&world.agent, None, "default")["secret"]["secret"].as_str().expect("it is held").to_owned();
    world.edge.revoke_api_token(content(&pem)["apiToken"].as_str().expect("a token"));
    for answer in [
        tunnels(&world),
        world.agent.json(&json!({"tunnel": {"tunnel": "web"}})),
        tunnel_secret(&world.agent, "web", "token", None),
        tunnel_secret(&world.agent, &id, "token", None),
    ] {
        assert_eq!(code(&answer), "no-permission", "{answer}");
        assert!(says(&answer, "account certificate") && says(&answer, "usher tunnel login"), "{answer}");
    }
    world.log_in_to_account("default");
    assert!(tunnel_secret(&world.agent, "web", "token", None)["secret"].is_object());
}

#[test]
fn a_certificate_that_may_only_read_is_told_what_it_lacks() {
    let world = World::start();
    let token = world.edge.add_api_token(&[Permission::TunnelRead]);
    let pem = certificate(&world.edge.account(ACME), ZONE);
    let said = content(&pem).to_string().replace(&"x".repeat(40), &token);
    import(
        &world.agent,
        "account-cert",
        None,
        "default",
        &pem::encode(&pem::Pem::new("ARGO TUNNEL TOKEN", said)),
    );
    world.edge.add_tunnel("web");
    assert_eq!(tunnels(&world)["tunnels"]["tunnels"][0]["name"], "web");
    let answer = tunnel_secret(&world.agent, "web", "token", None);
    assert_eq!(code(&answer), "no-permission", "{answer}");
    assert!(says(&answer, "\"Cloudflare Tunnel Write\"") && says(&answer, "usher tunnel login"), "{answer}");
}

#[test]
fn which_certificate_is_used_is_said_or_plain() {
    let world = World::start();
    let acme = world.log_in_to_account("default")["imported"]["credential"]["id"].clone();
    let fed = json!({"cert-login": {"fedramp": true}});
    let agency = world.begin(&fed).finish(|page| world.edge.log_in_to_account(page).expect("a good page"));
    let agency = agency["imported"]["credential"]["id"].clone();
    let of_acme = world.edge.add_tunnel("web");
    let of_agency = world.edge.add_tunnel_of(usher_tests::edge::hosts::AGENCY, "web");
    assert_eq!(code(&tunnels(&world)), "bad-request");
    assert!(says(&tunnels(&world), "--cert ID"));
    for (cert, id) in [(&acme, &of_acme), (&agency, &of_agency)] {
        let list = world.agent.json(&json!({"tunnels": {"cert": cert}}));
        assert_eq!(list["tunnels"]["tunnels"][0]["id"], **id, "{list}");
        let answer = tunnel_secret(&world.agent, "web", "token", cert.as_str());
        assert_eq!(answer["secret"]["secret"], world.edge.tunnel_token(id), "{answer}");
    }
    assert_eq!(code(&tunnel_secret(&world.agent, "web", "token", None)), "bad-request", "both are held now");
    let log = world.edge.log();
    assert!(log.strays().is_empty(), "{:?}", log.strays());
    assert_eq!(log.api_calls(ApiCall::TunnelToken), 2);
}
