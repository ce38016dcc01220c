//! Writes whose answer is lost: looked up before they are repeated, repeated where that does no harm, and
//! otherwise told.

use std::sync::Arc;

use serde_json::json;
use usher_agent::cloudflare::api::{ApiError, Owner};
use usher_agent::cloudflare::edge::Region;
use usher_agent::cloudflare::error::Trouble;
use usher_agent::cloudflare::{self, EdgeError};
use usher_tests::edge::hosts::{ACME, API};
use usher_tests::edge::{ADA, ApiCall, Fault, Permission, Place, Where};

use super::sessions::{logged_in, opens};
use super::{Bench, new_secret, text};

/// Ways for an answer to be lost after all was done.
fn losses() -> [Fault; 4] {
    [Fault::Lost, Fault::LostStatus(500), Fault::LostStatus(408), Fault::CutInside]
}

fn once(call: ApiCall) -> Place {
    Where::Api(call).times(1)
}

#[test]
fn a_change_that_was_made_is_not_made_again() {
    for loss in losses().into_iter().chain([Fault::Body(b"<html>".to_vec())]) {
        let bench = Bench::start();
        let token = bench.token(&[Permission::TunnelWrite]);
        let (id, new) = (bench.edge.add_tunnel("web"), new_secret());
        let _loss = bench.edge.fault(once(ApiCall::ChangeTunnel), loss.clone());
        let done = bench.run(bench.api(&token).set_tunnel_secret(&bench.account, &id, "web", &new));
        assert_eq!(done, Ok(()), "{loss:?}");
        assert_eq!(bench.edge.tunnel_secret(&id), text(&new));
        let log = bench.edge.log();
        assert_eq!(
            (log.api_calls(ApiCall::ChangeTunnel), log.api_calls(ApiCall::TunnelToken)),
            (1, 1),
            "{loss:?}"
        );
    }
}

#[test]
fn a_change_whose_answer_does_not_come_is_looked_up() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let (id, new) = (bench.edge.add_tunnel("web"), new_secret());
    let _held = bench.edge.fault(once(ApiCall::ChangeTunnel), Fault::HoldBack);
    let api = bench.api(&token);
    let call = api.set_tunnel_secret(&bench.account, &id, "web", &new);
    assert_eq!(bench.run_out_of_time(|log| log.api_calls(ApiCall::ChangeTunnel) == 1, call), Ok(()));
    assert_eq!(bench.edge.tunnel_secret(&id), text(&new));
    assert_eq!(bench.edge.log().api_calls(ApiCall::ChangeTunnel), 1);
}

#[test]
fn a_change_that_was_not_made_is_made_again() {
    for (fault, looked_up) in [(Fault::Cut, 1), (Fault::Status(503), 1), (Fault::Refused(429, json!([])), 0)]
    {
        let bench = Bench::start();
        let token = bench.token(&[Permission::TunnelWrite]);
        let (id, new) = (bench.edge.add_tunnel("web"), new_secret());
        let _fault = bench.edge.fault(once(ApiCall::ChangeTunnel), fault.clone());
        let done = bench.run(bench.api(&token).set_tunnel_secret(&bench.account, &id, "web", &new));
        assert_eq!((done, bench.edge.tunnel_secret(&id)), (Ok(()), text(&new).to_owned()), "{fault:?}");
        let log = bench.edge.log();
        let calls = (log.api_calls(ApiCall::ChangeTunnel), log.api_calls(ApiCall::TunnelToken));
        assert_eq!(calls, (2, looked_up), "{fault:?}");
    }
}

#[test]
fn a_change_that_cannot_be_looked_up_may_have_been_made() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let (id, new) = (bench.edge.add_tunnel("web"), new_secret());
    let _lost = bench.edge.fault(once(ApiCall::ChangeTunnel), Fault::Lost);
    let _down = bench.edge.fault(Where::Api(ApiCall::TunnelToken), Fault::Status(503));
    let done = bench.run(bench.api(&token).set_tunnel_secret(&bench.account, &id, "web", &new));
    assert_eq!((done, bench.edge.tunnel_secret(&id)), (Err(ApiError::AnswerLost), text(&new).to_owned()));
    assert_eq!(bench.edge.log().api_calls(ApiCall::ChangeTunnel), 1);
}

#[test]
fn a_change_that_is_never_made_is_an_error_that_passes() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let (id, new) = (bench.edge.add_tunnel("web"), new_secret());
    let _down = bench.edge.fault(Where::Api(ApiCall::ChangeTunnel), Fault::Status(503));
    let done = bench.run(bench.api(&token).set_tunnel_secret(&bench.account, &id, "web", &new));
    assert_eq!(done, Err(ApiError::Refused { status: 503, code: None }));
    let log = bench.edge.log();
    assert_eq!((log.api_calls(ApiCall::ChangeTunnel), log.api_calls(ApiCall::TunnelToken)), (3, 3));
}

#[test]
fn what_is_gone_after_an_answer_was_lost_was_deleted() {
    for loss in losses() {
        let bench = Bench::start();
        let token = bench.token(&[Permission::ApiTokensWrite, Permission::ServiceTokensWrite]);
        let api = bench.api(&token);
        let old = bench.edge.add_api_token(&[]);
        let _loss = bench.edge.fault(once(ApiCall::DeleteToken), loss.clone());
        let done = bench.run(api.delete_token(Owner::User, &bench.edge.api_token_id(&old)));
        assert_eq!((done, bench.edge.api_token_lives(&old)), (Ok(()), false), "{loss:?}");
        assert_eq!(bench.edge.log().api_calls(ApiCall::DeleteToken), 2, "{loss:?}");

        let pair = bench.edge.add_service_token(ACME);
        let id = bench.edge.service_token_id(&pair.id);
        let _loss = bench.edge.fault(once(ApiCall::DeleteServiceToken), loss.clone());
        assert_eq!(bench.run(api.delete_service_token(&bench.account, &id)), Ok(()), "{loss:?}");
        let found = bench.run(api.service_token_by_client_id(&bench.account, &pair.id));
        assert_eq!(found, Ok(None), "{loss:?}");
    }
    let bench = Bench::start();
    let token = bench.token(&[Permission::ApiTokensWrite]);
    let old = bench.edge.add_api_token(&[]);
    let id = bench.edge.api_token_id(&old);
    let _down = bench.edge.fault(Where::Api(ApiCall::DeleteToken), Fault::Status(500));
    let done = bench.run(bench.api(&token).delete_token(Owner::User, &id));
    assert_eq!(done, Err(ApiError::Refused { status: 500, code: None }));
    assert_eq!(bench.edge.log().api_calls(ApiCall::DeleteToken), 3);
    assert!(bench.edge.api_token_lives(&old));
}

#[test]
fn what_ends_sessions_or_connections_is_asked_for_again() {
    let bench = Bench::start();
    let all = [Permission::TunnelWrite, Permission::AccessAppsRevoke, Permission::AccessOrgRevoke];
    let token = bench.token(&all);
    let (api, account) = (bench.api(&token), &*bench.account);
    let session = logged_in(&bench, "https://app.example.test/");
    let (app, tunnel) = (bench.edge.app_id("app.example.test"), bench.edge.add_tunnel("web"));
    for loss in losses().into_iter().chain([Fault::Cut, Fault::Status(429)]) {
        let calls = [ApiCall::RevokeAppTokens, ApiCall::RevokeUser, ApiCall::DropConnections];
        let before = calls.map(|call| bench.edge.log().api_calls(call));
        let _losses = calls.map(|call| bench.edge.fault(once(call), loss.clone()));
        let done = bench.run(async {
            tokio::join!(
                api.revoke_app_tokens(account, &app),
                api.revoke_user(account, ADA),
                api.drop_connections(account, &tunnel, None),
            )
        });
        assert_eq!(done, (Ok(()), Ok(()), Ok(())), "{loss:?}");
        let after = calls.map(|call| bench.edge.log().api_calls(call));
        assert_eq!(after, before.map(|calls| calls + 2), "{loss:?}");
        assert!(!opens(&bench, &session));
    }
}

#[test]
fn a_new_secret_that_is_lost_is_told_and_not_asked_for_again() {
    let nothing = json!({"success": true, "result": {}}).to_string();
    let others =
        [Fault::Body(b"<html>".to_vec()), Fault::Body(nothing.into_bytes()), Fault::Cut, Fault::Endless];
    for loss in losses().into_iter().chain(others) {
        let bench = Bench::start();
        let token = bench.token(&[Permission::ApiTokensWrite, Permission::ServiceTokensWrite]);
        let api = bench.api(&token);
        let id = bench.edge.api_token_id(&bench.edge.add_api_token(&[]));
        let _loss = bench.edge.fault(Where::Api(ApiCall::RollToken), loss.clone());
        let rolled = bench.run(api.roll_token(Owner::User, &id));
        assert_eq!(rolled.err(), Some(ApiError::AnswerLost), "{loss:?}");
        let id = bench.edge.service_token_id(&bench.edge.add_service_token(ACME).id);
        let _loss = bench.edge.fault(Where::Api(ApiCall::RotateServiceToken), loss.clone());
        let rotated = bench.run(api.rotate_service_token(&bench.account, &id, None));
        assert_eq!(rotated.err(), Some(ApiError::AnswerLost), "{loss:?}");
        let log = bench.edge.log();
        assert_eq!((log.api_calls(ApiCall::RollToken), log.api_calls(ApiCall::RotateServiceToken)), (1, 1));
    }
    let bench = Bench::start();
    let token = bench.token(&[Permission::ApiTokensWrite]);
    let old = bench.edge.add_api_token(&[]);
    let id = bench.edge.api_token_id(&old);
    let api = bench.api(&token);
    {
        let _limited = bench.edge.fault(Where::Api(ApiCall::RollToken), Fault::Refused(429, json!([])));
        let rolled = bench.run(api.roll_token(Owner::User, &id));
        assert_eq!(rolled.err(), Some(ApiError::RateLimited { after: None }));
        assert!(bench.edge.api_token_lives(&old), "it was surely not done");
    }
    let _held = bench.edge.fault(once(ApiCall::RollToken), Fault::HoldBack);
    let call = api.roll_token(Owner::User, &id);
    let rolled = bench.run_out_of_time(|log| log.api_calls(ApiCall::RollToken) == 2, call);
    assert_eq!(rolled.err(), Some(ApiError::AnswerLost));
    assert_eq!(bench.edge.log().api_calls(ApiCall::RollToken), 2);
    assert!(!bench.edge.api_token_lives(&old));
}

#[test]
fn what_never_left_is_not_lost() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::ApiTokensWrite]);
    let mut network = bench.edge.network();
    // Nobody is there.
    network.hosts.iter_mut().for_each(|(_, address)| address.set_port(1));
    let client = cloudflare::Edge::new(network, Arc::clone(&bench.clock) as _);
    let api = client.api(Region::Commercial, &token);
    let rolled = bench.run(api.roll_token(Owner::User, &"0".repeat(32)));
    let unreachable = EdgeError::Network { host: API.to_owned(), trouble: Trouble::Unreachable };
    assert_eq!(rolled.err(), Some(ApiError::Edge(unreachable)));
}
