//! All of a profile: nothing is left here, and Cloudflare refuses every one.

use serde_json::json;
use usher_tests::edge::{Fault, Permission, Where};
use usher_tests::world::World;

use super::{ADMINISTRATOR, All, pairs, pending, revoke, revoked};

const DONE: [(&str, &str); 6] = [
    ("org-token", "done"),
    ("app-token", "done"),
    ("service-token", "done"),
    ("tunnel", "done"),
    ("account-cert", "done"),
    ("api-token", "done"),
];

#[test]
fn nothing_is_left_and_nothing_is_taken_any_more() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    assert_eq!(world.held().len(), 6);
    assert_eq!(revoke(&world, &json!({"all": "default"})), pairs(&DONE));
    assert_eq!(world.held(), []);
    assert_eq!(all.still_taken(&world), [""; 0]);
    assert_eq!(pending(&world), []);
    assert!(world.edge.log().strays().is_empty());
}

#[test]
fn a_plan_says_the_same_and_does_nothing() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let asked = world.edge.log().entries.len();
    let plan = world.agent.json(&json!({"revoke": {"what": {"all": null}, "dry_run": true}}));
    let planned = DONE.map(|(kind, _)| (kind, "planned"));
    assert_eq!(super::states(&plan), pairs(&planned));
    assert_eq!(world.edge.log().entries.len(), asked);
    assert_eq!(world.held().len(), 6);
    assert_eq!(all.still_taken(&world).len(), 5);
}

#[test]
fn a_plan_tells_what_nothing_here_can_end() {
    let world = World::start();
    All::bring(&world, &[]);
    let api = world.agent.json(&json!({"list": {}}))["list"]["credentials"].clone();
    let api = api.as_array().expect("a list").iter().find(|one| one["kind"] == "api-token").expect("one");
    world.agent.json(&json!({"forget": {"id": api["id"]}}));
    let plan = world.agent.json(&json!({"revoke": {"what": {"all": null}, "dry_run": true}}));
    let plan = plan["revoked"]["revoked"].as_array().expect("a list").clone();
    let cannot: Vec<_> =
        plan.iter().filter(|one| !one["why"].is_null()).map(|one| &one["credential"]["kind"]).collect();
    assert_eq!(cannot, ["service-token", "account-cert"]);
}

#[test]
fn what_nothing_here_may_end_is_told_to_be_valid_still_and_where_to_end_it() {
    let world = World::start();
    let all = All::bring(&world, &[Permission::AccountRead]);
    let answer = revoked(&world, &json!({"all": null}));
    assert_eq!(
        super::states(&answer),
        pairs(&[
            ("org-token", "done"),
            ("app-token", "done"),
            ("service-token", "still-valid"),
            ("tunnel", "done"),
            ("account-cert", "still-valid"),
            ("api-token", "still-valid"),
        ])
    );
    let why = |kind: &str| {
        let all = answer["revoked"]["revoked"].as_array().expect("a list");
        let one = all.iter().find(|one| one["credential"]["kind"] == kind).expect("it is there");
        one["why"].as_str().expect("a reason").to_owned()
    };
    let id = world.edge.api_token_id(&all.certificate_token());
    assert!(why("account-cert").contains("My Profile > API Tokens") && why("account-cert").contains(&id));
    assert!(why("service-token").contains("Service Tokens"), "{}", why("service-token"));
    assert_eq!(world.held(), [], "it is wiped here all the same");
    assert_eq!(all.still_taken(&world), ["certificate", "service token", "api token"]);
}

#[test]
fn while_cloudflare_cannot_be_told_it_is_wiped_here_and_done_later_by_itself() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    let down = world.edge.fault(Where::Anywhere, Fault::Cut);
    let states = revoke(&world, &json!({"all": null}));
    assert_eq!(states.len(), 6);
    assert!(states.iter().all(|(_, state)| state == "pending"), "{states:?}");
    assert_eq!(world.held(), []);
    assert_eq!(pending(&world).len(), 6);
    drop(down);
    world.turn_until(|| pending(&world).is_empty());
    assert_eq!(all.still_taken(&world), [""; 0]);
    assert!(world.edge.log().strays().is_empty());
}
