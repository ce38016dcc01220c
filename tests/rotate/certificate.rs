//! Certificates: the API token inside has another value, which is kept.

use serde_json::{Value, json};
use usher_tests::edge::{ApiCall, Fault, Permission, Where};
use usher_tests::world::World;

use super::{code, import_api_token, import_certificate};

fn roll(world: &World, id: &str) -> Value {
    world.agent.json(&json!({"roll-cert": {"id": id}}))
}

fn tunnels(world: &World) -> Value {
    world.agent.json(&json!({"tunnels": {}}))
}

fn certificate(world: &World) -> String {
    let answer = world.agent.json(&json!({"cert": {}}));
    answer["secret"]["secret"].as_str().unwrap_or_else(|| panic!("no certificate: {answer}")).to_owned()
}

#[test]
fn the_certificate_has_another_token_and_works() {
    let world = World::start();
    world.edge.add_tunnel("web");
    let id = import_certificate(&world);
    assert_eq!(code(&roll(&world, &id)), "no-permission", "there is no API token");
    import_api_token(&world, &world.edge.add_api_token(&[Permission::ApiTokensRead]));
    assert_eq!(code(&roll(&world, &id)), "no-permission", "it may not");
    import_api_token(&world, &world.edge.add_api_token(&[Permission::ApiTokensWrite]));
    let before = certificate(&world);
    let answer = roll(&world, &id);
    assert_eq!(answer["rotated"]["credential"]["id"], id, "{answer}");
    assert_ne!(certificate(&world), before);
    assert_eq!(tunnels(&world)["tunnels"]["tunnels"][0]["name"], "web");
    assert!(world.edge.log().strays().is_empty());
}

#[test]
fn a_value_that_is_lost_on_the_way_is_made_anew_by_its_id() {
    let world = World::start();
    let id = import_certificate(&world);
    import_api_token(&world, &world.edge.add_api_token(&[Permission::ApiTokensWrite]));
    let lost = world.edge.fault(Where::Api(ApiCall::RollToken), Fault::Lost);
    let answer = roll(&world, &id);
    assert_eq!(code(&answer), "uncertain", "{answer}");
    drop(lost);
    assert_eq!(code(&tunnels(&world)), "no-permission", "the token that is held is dead");
    assert_eq!(roll(&world, &id)["rotated"]["finished"], true, "its id was noted, so it can be rolled");
    assert!(tunnels(&world)["tunnels"].is_object());
    assert_eq!(world.agent.json(&json!({"pending": {}}))["pending"]["rotations"], json!([]));
}
