//! What is refused: which permission is missing is named, and nothing secret is.

use usher_agent::cloudflare::api::{ApiError, Owner, TunnelFilter};
use usher_agent::cloudflare::edge::Region;
use usher_proto::{Audience, Secret};
use usher_tests::edge::hosts::RIVAL;
use usher_tests::edge::{Fault, Permission, Where};
use usher_tests::token::secret;

use super::{Bench, new_secret, outcome};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
const NO_TOKEN: &str = "00000000000000000000000000000000";

/// Makes every call that needs a permission; tells how each went, with the permission that it needs in
/// Cloudflare's words.
fn every_call(bench: &Bench, token: &Secret) -> Vec<(&'static str, Result<(), ApiError>)> {
    let (api, account) = (bench.api(token), &*bench.account);
    let audience: Audience = "0".repeat(64).parse().expect("an AUD");
    let (read, write) = ("Cloudflare Tunnel Read", "Cloudflare Tunnel Write");
    bench.run(async {
        vec![
            (read, outcome(api.tunnels(account, TunnelFilter::default()).await)),
            (read, outcome(api.tunnel(account, NOBODY).await)),
            (read, outcome(api.connectors(account, NOBODY).await)),
            (write, outcome(api.tunnel_token(account, NOBODY).await)),
            (write, api.set_tunnel_secret(account, NOBODY, "web", &new_secret()).await),
            (write, api.drop_connections(account, NOBODY, None).await),
            (write, api.drop_connections(account, NOBODY, Some(NOBODY)).await),
            ("API Tokens Write", api.delete_token(Owner::User, NO_TOKEN).await),
            ("API Tokens Write", outcome(api.roll_token(Owner::User, NO_TOKEN).await)),
            ("Account API Tokens Write", api.delete_token(Owner::Account(account), NO_TOKEN).await),
            ("Account API Tokens Write", outcome(api.roll_token(Owner::Account(account), NO_TOKEN).await)),
            ("Account Settings Read", outcome(api.accounts().await)),
            ("Access: Apps and Policies Read", outcome(api.app_by_audience(account, &audience).await)),
            ("Access: Apps and Policies Revoke", api.revoke_app_tokens(account, NOBODY).await),
            ("Access: Organizations Revoke", api.revoke_user(account, "ada@example.test").await),
            (
                "Access: Service Tokens Read",
                outcome(api.service_token_by_client_id(account, "0.access").await),
            ),
            ("Access: Service Tokens Write", api.delete_service_token(account, NOBODY).await),
            ("Access: Service Tokens Write", outcome(api.rotate_service_token(account, NOBODY, None).await)),
        ]
    })
}

#[test]
fn what_is_missing_is_named_at_once() {
    let bench = Bench::start();
    let others = bench.edge.add_api_token_of(RIVAL, &[Permission::TunnelWrite]);
    bench.edge.disable_api_token(&bench.edge.add_api_token(&[Permission::TunnelWrite]));
    let tokens = [bench.token(&[]), secret(&others), secret(&format!("cfut_{}", "x".repeat(48)))];
    for token in &tokens {
        let before = bench.edge.log().entries.len();
        let calls = every_call(&bench, token);
        assert_eq!(bench.edge.log().entries.len() - before, calls.len(), "once each");
        for (permission, outcome) in calls {
            assert_eq!(outcome, Err(ApiError::Unauthorized { permission }));
        }
    }
    assert_eq!(bench.edge.log().strays().len(), 0);
}

#[test]
fn no_error_tells_a_secret() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let id = bench.edge.add_tunnel("web");
    let mut errors = every_call(&bench, &token);
    let quoted = bench.edge.tunnel_token(&id);
    for body in [
        format!(r#"{{"success":true,"result":{{"{quoted}":1}}}}"#),
        format!(r#"{{"success":false,"errors":[{{"code":7,"message":"{quoted}"}}]}}"#),
        quoted.clone(),
    ] {
        let _fault = bench.edge.fault(Where::AnyApi, Fault::Body(body.into()));
        errors.extend(every_call(&bench, &token));
        let fetched = bench.run(bench.api(&token).tunnel_token(&bench.account, &id));
        errors.push(("", outcome(fetched)));
    }
    let said = format!("{errors:?}");
    assert!(errors.iter().filter(|(_, outcome)| outcome.is_err()).count() > 60, "{said}");
    for secret in bench.edge.secrets() {
        assert!(!said.contains(&secret), "{said}");
    }
}

#[test]
fn a_token_is_for_its_own_region() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::AccountRead]);
    let api = bench.client.api(Region::Fedramp, &token);
    let lacks = ApiError::Unauthorized { permission: "Account Settings Read" };
    assert_eq!(bench.run(api.accounts()), Err(lacks));
    assert_eq!(bench.run(api.verify(Owner::User)), Err(ApiError::BadToken));
}
