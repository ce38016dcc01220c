//! What was revoked does not come in again, and what is not there is not revoked.

use serde_json::json;
use usher_tests::edge::Where;
use usher_tests::world::World;

use super::{ADMINISTRATOR, APP, All, code, revoke};

#[test]
fn none_of_what_was_revoked_comes_in_again_in_whatever_form() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    revoke(&world, &json!({"all": null}));
    let pair = json!({"cf-access-client-id": all.service.id, "cf-access-client-secret": all.service.secret});
    for (kind, secret) in [
        ("account-cert", format!("\n{}", all.certificate)),
        ("tunnel", format!(" {}\n", all.tunnel_token)),
        ("api-token", format!("{}\n", all.api_token)),
        ("service-token", pair.to_string()),
    ] {
        let from = json!({"given": {"kind": kind, "label": "again"}});
        let answer = world.agent.json(&json!({"import": {"from": from, "secret": secret}}));
        assert_eq!(code(&answer), "revoked", "{kind}: {answer}");
        assert!(
            answer["error"]["message"].as_str().is_some_and(|words| words.contains("20")),
            "with its date: {answer}"
        );
    }
    let from = json!({"given": {"kind": "app-token", "app": "app.example.test"}});
    let answer = world.agent.json(&json!({"import": {"from": from, "secret": all.app_token}}));
    assert_eq!(code(&answer), "revoked", "{answer}");
    assert_eq!(world.held(), []);
    assert!(world.log_in(APP)["token"].is_object(), "a new one does");
}

#[test]
fn what_is_not_there_is_not_revoked() {
    let world = World::start();
    for what in
        [json!({"each": [{"id": "app-000000000000"}]}), json!({"each": [{"app": APP}]}), json!({"app": APP})]
    {
        let answer = world.agent.json(&json!({"revoke": {"what": what}}));
        assert_eq!(code(&answer), "not-found", "{answer}");
    }
    assert_eq!(revoke(&world, &json!({"all": null})), []);
    assert_eq!(revoke(&world, &json!("pending")), []);
}

#[test]
fn a_locked_agent_revokes_nothing_and_goes_on_when_it_is_open() {
    let world = World::start();
    let all = All::bring(&world, &ADMINISTRATOR);
    world.agent.json(&json!({"lock": {"passphrase": "x"}}));
    assert_eq!(code(&world.agent.json(&json!({"revoke": {"what": {"all": null}}}))), "locked");
    assert_eq!(all.still_taken(&world).len(), 5);
    world.agent.json(&json!({"unlock": {"passphrase": "x"}}));
    revoke(&world, &json!({"all": null}));
    assert_eq!(all.still_taken(&world), [""; 0]);
}

#[test]
fn an_administrators_api_token_is_given_to_nobody_and_asks_for_nothing_else() {
    let world = World::start();
    let value = world.edge.add_api_token(&ADMINISTRATOR);
    let id = world.import(&json!({"given": {"kind": "api-token", "label": "admin"}}), &value);
    world.edge.add_tunnel("web");
    let which = json!({"tunnel": "web", "cert": id});
    for request in [
        json!({"cert": {"id": id}}),
        json!({"cert": {}}),
        json!({"tunnels": {"cert": id}}),
        json!({"tunnels": {}}),
        json!({"tunnel": which}),
        json!({"tunnel-secret": {"which": which, "form": "token"}}),
        json!({"tunnel-secret": {"which": {"tunnel": "web"}, "form": "credentials"}}),
        json!({"token": {"app": APP}}),
        json!({"headers": {"app": APP}}),
        json!({"refresh": {"target": {"id": id}}}),
        json!({"verify": {"target": {"id": id}}}),
    ] {
        let answer = world.agent.json(&request);
        assert_ne!(code(&answer), "none", "{request}: {answer}");
    }
    for request in [
        json!({"list": {}}),
        json!({"show": {"id": id}}),
        json!({"revoke": {"what": {"all": null}, "dry_run": true}}),
    ] {
        let answer = world.agent.json(&request).to_string();
        assert!(answer.contains(&id) && !answer.contains(&value), "{request}: {answer}");
    }
    assert_eq!(world.edge.log().count_of(Where::AnyApi), 0, "nobody was asked with it");
}
