//! Service tokens: the new client secret opens what the one before did, which ends at once or later.

use serde_json::{Value, json};
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{ApiCall, Fault, Permission, ServiceToken, Where};
use usher_tests::world::World;

use super::{code, import_api_token};

const APP: &str = "https://service.example.test";

struct Setting {
    world: World,
    service: ServiceToken,
    id: String,
}

impl Setting {
    fn new() -> Self {
        let world = World::start();
        let service = world.edge.add_service_token(ACME);
        let from = json!({"service-token": {"app": "service.example.test"}});
        let id = world.import(&from, &format!("{} {}", service.id, service.secret));
        Self { world, service, id }
    }

    fn with_api_token(permissions: &[Permission]) -> Self {
        let setting = Self::new();
        import_api_token(&setting.world, &setting.world.edge.add_api_token(permissions));
        setting
    }

    fn rotate(&self, overlap: u32) -> Value {
        self.world.agent.json(&json!({"rotate-service-token": {"id": self.id, "overlap": overlap}}))
    }

    /// Asks for the client secret that is held.
    fn held(&self) -> String {
        let answer = self.world.agent.json(&json!({"headers": {"app": APP}}));
        answer["headers"]["headers"][1]["value"].as_str().expect("a client secret").to_owned()
    }

    fn opens(&self, secret: &str) -> bool {
        let headers = [("cf-access-client-id", &*self.service.id), ("cf-access-client-secret", secret)];
        self.world.edge.https().ask("GET", &format!("{APP}/"), &headers).expect("an answer").status == 200
    }
}

const ENOUGH: [Permission; 2] = [Permission::AccountRead, Permission::ServiceTokensWrite];

#[test]
fn the_new_secret_takes_the_place_of_the_old_one_at_once() {
    let setting = Setting::with_api_token(&ENOUGH);
    let answer = setting.rotate(0);
    assert_eq!(answer["rotated"]["finished"], true, "{answer}");
    assert_eq!(answer["rotated"]["overlap"], Value::Null);
    assert_ne!(setting.held(), setting.service.secret);
    assert!(setting.opens(&setting.held()) && !setting.opens(&setting.service.secret));
    assert!(setting.world.edge.log().strays().is_empty());
}

#[test]
fn the_old_secret_is_taken_until_the_overlap_ends() {
    let setting = Setting::with_api_token(&ENOUGH);
    let answer = setting.rotate(3600);
    assert!(answer["rotated"]["overlap"].is_number(), "{answer}");
    assert!(setting.opens(&setting.held()) && setting.opens(&setting.service.secret));
    setting.world.clock.turn(3601);
    assert!(setting.opens(&setting.held()) && !setting.opens(&setting.service.secret));
}

#[test]
fn a_secret_that_is_lost_on_the_way_is_made_anew() {
    let setting = Setting::with_api_token(&ENOUGH);
    let _lost = setting.world.edge.fault(Where::Api(ApiCall::RotateServiceToken).times(2), Fault::Lost);
    assert_eq!(setting.rotate(0)["rotated"]["finished"], true);
    assert!(setting.opens(&setting.held()));
}

#[test]
fn if_it_is_lost_again_and_again_the_same_command_helps_later() {
    let setting = Setting::with_api_token(&ENOUGH);
    let lost = setting.world.edge.fault(Where::Api(ApiCall::RotateServiceToken), Fault::Lost);
    let answer = setting.rotate(0);
    assert_eq!(code(&answer), "uncertain", "{answer}");
    drop(lost);
    assert_eq!(setting.rotate(0)["rotated"]["finished"], true);
    assert!(setting.opens(&setting.held()));
}

#[test]
fn only_an_api_token_that_may_does_it() {
    assert_eq!(code(&Setting::new().rotate(0)), "no-permission");
    let setting = Setting::with_api_token(&[Permission::AccountRead, Permission::ServiceTokensRead]);
    let answer = setting.rotate(0);
    assert_eq!(code(&answer), "no-permission", "{answer}");
    assert!(setting.opens(&setting.service.secret));
    let other = import_api_token(&setting.world, &setting.world.edge.add_api_token(&ENOUGH));
    let answer = setting.world.agent.json(&json!({"rotate-service-token": {"id": other, "overlap": 0}}));
    assert_eq!(code(&answer), "bad-request", "an API token is no service token: {answer}");
}
