//! Tunnels: no connector stays with the secret before, and what is served is what the API holds.

use serde_json::{Value, json};
use usher_tests::edge::{ApiCall, Fault, Permission, Where};
use usher_tests::world::World;

use super::{code, import_api_token, import_certificate};

/// An agent that has the certificate and the credentials of a tunnel with two connectors.
struct Setting {
    world: World,
    tunnel: String,
    /// The tunnel token of before.
    old: String,
}

impl Setting {
    fn new() -> Self {
        let world = World::start();
        let tunnel = world.edge.add_tunnel("web");
        import_certificate(&world);
        let old = world.edge.tunnel_token(&tunnel);
        let setting = Self { world, tunnel, old };
        setting.connect_two();
        assert_eq!(setting.served(), setting.old);
        setting
    }

    fn connect_two(&self) {
        for _ in 0..2 {
            self.world.edge.connect(&self.tunnel, &self.old).expect("it is the tunnel's own token");
        }
    }

    fn rotate(&self, more: &Value) -> Value {
        let mut request = json!({"which": {"tunnel": "web"}});
        let members = more.as_object().expect("an object").clone();
        request.as_object_mut().expect("an object").extend(members);
        self.world.agent.json(&json!({"rotate-tunnel": request}))
    }

    fn drop_all(&self) -> Value {
        self.rotate(&json!({"drop_connections": true}))
    }

    /// Asks the agent for the tunnel token.
    fn served(&self) -> String {
        let request = json!({"tunnel-secret": {"which": {"tunnel": "web"}, "form": "token"}});
        let answer = self.world.agent.json(&request);
        answer["secret"]["secret"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }

    fn changes(&self) -> usize {
        self.world.edge.log().count_of(Where::Api(ApiCall::ChangeTunnel))
    }

    fn rotations(&self) -> usize {
        let pending = self.world.agent.json(&json!({"pending": {}}));
        pending["pending"]["rotations"].as_array().map_or(0, Vec::len)
    }

    /// Sees that the rotation is over and that the old secret is of no use any more.
    #[track_caller]
    fn is_rotated(&self) {
        let token = self.served();
        assert_ne!(token, self.old);
        assert_eq!(token, self.world.edge.tunnel_token(&self.tunnel), "what the API holds is served");
        assert!(self.world.edge.connect(&self.tunnel, &self.old).is_err(), "the old one opens nothing");
        assert!(self.world.edge.connect(&self.tunnel, &token).is_ok(), "and the new one does");
        assert_eq!(self.rotations(), 0, "nothing is left to do");
        assert!(self.world.edge.log().strays().is_empty());
    }

    #[track_caller]
    fn nobody_has_the_old_secret(&self) {
        let connectors = self.world.edge.connectors(&self.tunnel);
        assert!(!connectors.iter().any(|one| one.alive && !one.current), "{connectors:?}");
    }
}

#[test]
fn no_connector_stays_with_the_old_secret() {
    let setting = Setting::new();
    let answer = setting.drop_all();
    assert_eq!(answer["rotated"]["finished"], true, "{answer}");
    setting.nobody_has_the_old_secret();
    setting.is_rotated();
    assert_eq!(setting.changes(), 1);
}

#[test]
fn without_being_cut_connectors_go_on() {
    let setting = Setting::new();
    assert_eq!(setting.rotate(&json!({}))["rotated"]["finished"], true);
    let alive = setting.world.edge.connectors(&setting.tunnel).iter().filter(|one| one.alive).count();
    assert_eq!(alive, 2);
    setting.is_rotated();
}

#[test]
fn a_change_whose_answer_is_lost_is_looked_up_and_not_made_twice() {
    for fault in [Fault::Lost, Fault::LostStatus(502)] {
        let setting = Setting::new();
        let lost = setting.world.edge.fault(Where::Api(ApiCall::ChangeTunnel).times(1), fault);
        assert_eq!(setting.drop_all()["rotated"]["finished"], true);
        drop(lost);
        assert_eq!(setting.changes(), 1);
        setting.nobody_has_the_old_secret();
        setting.is_rotated();
    }
}

#[test]
fn a_failure_to_cut_is_tried_again() {
    let setting = Setting::new();
    let place = Where::Api(ApiCall::DropConnections).times(1);
    let fails = setting.world.edge.fault(place, Fault::Status(503));
    assert_eq!(setting.drop_all()["rotated"]["finished"], true);
    drop(fails);
    setting.nobody_has_the_old_secret();
    setting.is_rotated();
}

#[test]
fn what_was_begun_goes_on_with_the_same_secret() {
    let setting = Setting::new();
    let api = setting.world.edge.fault(Where::Api(ApiCall::DropConnections), Fault::Status(503));
    let half = setting.drop_all();
    assert_eq!(code(&half), "network", "{half}");
    assert_eq!(setting.rotations(), 1);
    let token = setting.served();
    assert_eq!(token, setting.world.edge.tunnel_token(&setting.tunnel), "the new one is served already");
    drop(api);
    // Nobody needs to say again that connectors are to be cut.
    assert_eq!(setting.rotate(&json!({}))["rotated"]["finished"], true);
    assert_eq!(setting.served(), token);
    setting.nobody_has_the_old_secret();
    setting.is_rotated();
    assert_eq!(setting.changes(), 1);
}

#[test]
fn while_nobody_can_tell_what_became_of_it_the_next_lookup_finds_out() {
    let setting = Setting::new();
    let lost = setting.world.edge.fault(Where::Api(ApiCall::ChangeTunnel), Fault::Lost);
    let blind = setting.world.edge.fault(Where::Api(ApiCall::TunnelToken), Fault::Status(503));
    // The credentials are held, so that the token need not be asked for first.
    let half = setting.drop_all();
    assert_ne!(code(&half), "none", "{half}");
    drop((lost, blind));
    assert_eq!(setting.served(), setting.world.edge.tunnel_token(&setting.tunnel));
    assert_eq!(setting.drop_all()["rotated"]["finished"], true);
    setting.nobody_has_the_old_secret();
    setting.is_rotated();
}

#[test]
fn what_the_api_refuses_changes_nothing() {
    let setting = Setting::new();
    for (status, errors) in [
        (403, json!([{"code": 10000, "message": "Authentication error"}])),
        (400, json!([{"code": "1003", "message": "x"}])),
        (404, json!([])),
        (409, json!([{"code": 1022, "message": "x"}])),
    ] {
        let fault = Fault::Refused(status, errors);
        let refused = setting.world.edge.fault(Where::Api(ApiCall::ChangeTunnel), fault);
        let answer = setting.drop_all();
        assert_ne!(code(&answer), "none", "{answer}");
        drop(refused);
        assert_eq!(setting.served(), setting.old);
        assert_eq!(setting.rotations(), 0);
    }
    let alive = setting.world.edge.connectors(&setting.tunnel).iter().filter(|one| one.alive).count();
    assert_eq!(alive, 2);
}

#[test]
fn a_staged_rotation_is_over_when_the_last_group_has_it() {
    let setting = Setting::new();
    let staged = setting.rotate(&json!({"staged": true}));
    assert_eq!(staged["rotated"]["finished"], false, "{staged}");
    let id = staged["rotated"]["credential"]["id"].clone();
    let token = setting.served();
    let first = setting.world.agent.json(&json!({"deployed": {"id": id, "groups": 1, "finished": false}}));
    assert_eq!(first["rotated"]["deployed"], 1, "{first}");
    let again = setting.rotate(&json!({"staged": true}));
    assert_eq!(again["rotated"]["deployed"], 1, "it goes on where it was: {again}");
    assert_eq!((setting.served(), setting.changes()), (token, 1));
    let last = setting.world.agent.json(&json!({"deployed": {"id": id, "groups": 2, "finished": true}}));
    assert_eq!(last["rotated"]["finished"], true, "{last}");
    setting.is_rotated();
    let over = setting.world.agent.json(&json!({"deployed": {"id": id, "groups": 2, "finished": true}}));
    assert_eq!(code(&over), "not-found", "{over}");
}

#[test]
fn the_secret_of_before_does_not_come_in_again() {
    let setting = Setting::new();
    setting.drop_all();
    let from = json!({"given": {"kind": "tunnel", "label": "web"}});
    let again = setting.world.agent.json(&json!({"import": {"from": from, "secret": setting.old}}));
    assert_eq!(code(&again), "revoked", "{again}");
    setting.is_rotated();
}

#[test]
fn credentials_without_a_certificate_are_rotated_by_an_api_token_if_there_is_one() {
    let world = World::start();
    let tunnel = world.edge.add_tunnel("web");
    let old = world.edge.tunnel_token(&tunnel);
    world.import(&json!({"given": {"kind": "tunnel", "label": "web"}}), &old);
    let rotate = || world.agent.json(&json!({"rotate-tunnel": {"which": {"tunnel": "web"}}}));
    assert_eq!(code(&rotate()), "not-found", "there is nothing to ask with");
    import_api_token(&world, &world.edge.add_api_token(&[Permission::TunnelRead]));
    assert_eq!(code(&rotate()), "no-permission");
    assert_eq!(world.edge.tunnel_token(&tunnel), old);
    import_api_token(&world, &world.edge.add_api_token(&[Permission::TunnelWrite]));
    assert_eq!(rotate()["rotated"]["finished"], true);
    assert_ne!(world.edge.tunnel_token(&tunnel), old);
}
