//! What goes wrong on the way or at the server, and what is tried again.

use std::slice::from_ref;
use std::time::{Duration, Instant};

use serde_json::json;
use usher_agent::cloudflare::EdgeError;
use usher_agent::cloudflare::api::{ApiError, TunnelFilter};
use usher_agent::cloudflare::error::Trouble;
use usher_tests::edge::hosts::{API, EVIL};
use usher_tests::edge::{ApiCall, Fault, Permission, Where};

use super::{Bench, outcome};

/// Lists tunnels before a server with faults, for so many requests: how it went, and of how many tries.
fn listed(bench: &Bench, times: usize, faults: &[Fault]) -> (Result<(), ApiError>, usize) {
    let token = bench.token(&[Permission::TunnelRead]);
    let before = bench.edge.log().api_calls(ApiCall::Tunnels);
    let place = || Where::Api(ApiCall::Tunnels).times(times);
    let _faults: Vec<_> = faults.iter().map(|fault| bench.edge.fault(place(), fault.clone())).collect();
    let done = bench.run(bench.api(&token).tunnels(&bench.account, TunnelFilter::default()));
    (outcome(done), bench.edge.log().api_calls(ApiCall::Tunnels) - before)
}

fn network(trouble: Trouble) -> ApiError {
    ApiError::Edge(EdgeError::Network { host: API.to_owned(), trouble })
}

fn refused(status: u16, code: Option<u32>) -> ApiError {
    ApiError::Refused { status, code }
}

#[test]
fn what_passes_is_tried_again() {
    let bench = Bench::start();
    for fault in [
        Fault::Cut,
        Fault::CutInside,
        Fault::Status(408),
        Fault::Status(429),
        Fault::Status(500),
        Fault::Status(503),
        Fault::Refused(502, json!([{"code": "10000", "message": "x"}])),
    ] {
        assert_eq!(listed(&bench, 1, from_ref(&fault)), (Ok(()), 2), "{fault:?}");
    }
    assert_eq!(listed(&bench, 2, &[Fault::Status(503)]), (Ok(()), 3));
    for (fault, error) in [
        (Fault::Cut, network(Trouble::Cut)),
        (Fault::Status(429), ApiError::RateLimited { after: None }),
        (Fault::Refused(503, json!([{"code": 7}])), refused(503, Some(7))),
    ] {
        assert!(error.is_passing());
        assert_eq!(listed(&bench, 99, from_ref(&fault)), (Err(error), 3), "{fault:?}");
    }
}

#[test]
fn what_does_not_pass_is_tried_once() {
    let bench = Bench::start();
    let not_understood = ApiError::NotUnderstood;
    let page = "it is not what the API answers with";
    let long = format!(r#"{{"success":true,"result":[],"x":"{}"}}"#, "x".repeat(1024 * 1024));
    let long_enough = format!(r#"{{"success":true,"result":[],"x":"{}"}}"#, "x".repeat(1024 * 1000));
    let body = |text: &str| Fault::Body(text.as_bytes().to_vec());
    let lacks = ApiError::Unauthorized { permission: "Cloudflare Tunnel Read" };
    for (faults, error) in [
        (vec![Fault::Refused(400, json!([]))], refused(400, None)),
        (vec![Fault::Refused(200, json!([]))], refused(200, None)),
        (vec![Fault::Refused(400, json!([{"code": "7003"}]))], refused(400, Some(7003))),
        (vec![Fault::Refused(403, json!([{"code": "10000"}]))], lacks.clone()),
        (vec![Fault::Refused(401, json!([]))], lacks),
        (vec![Fault::Refused(401, json!([{"code": 1000}]))], ApiError::BadToken),
        (vec![Fault::Refused(404, json!(null))], ApiError::NotFound),
        (vec![Fault::Refused(409, json!({}))], ApiError::Conflict),
        (vec![Fault::Status(403), body("<html>")], refused(403, None)),
        (vec![body("<html>")], not_understood(page)),
        (vec![body("")], not_understood(page)),
        (vec![Fault::Status(200)], not_understood(page)),
        (vec![Fault::Redirect(format!("https://{EVIL}/"))], not_understood("it redirects")),
        (vec![Fault::RedirectToSelf], not_understood("it redirects")),
        (vec![body(&long)], network(Trouble::TooLarge)),
        (vec![Fault::Endless], network(Trouble::TooLarge)),
    ] {
        assert!(!error.is_passing());
        assert_eq!(listed(&bench, 99, &faults), (Err(error), 1), "{:?}", faults[0]);
    }
    for fault in [
        body(&long_enough),
        Fault::Messages(json!([{"code": 10_000, "message": "x", "type": null}])),
        Fault::Messages(json!({"a": [1]})),
        Fault::Messages(json!("x")),
        body(r#"{"result":[],"success":true}"#),
        Fault::Header("content-type".to_owned(), "text/plain".to_owned()),
        Fault::WithoutHeader("content-type".to_owned()),
    ] {
        assert_eq!(listed(&bench, 1, from_ref(&fault)), (Ok(()), 1));
    }
    assert_eq!(bench.edge.log().at(EVIL).len(), 0, "no redirect is followed");
    assert_eq!(bench.edge.log().strays().len(), 0);
}

#[test]
fn a_wait_that_is_asked_for_is_kept_if_it_is_short() {
    let bench = Bench::start();
    let limited = |header: &str, value: &str| {
        let header = Fault::Header(header.to_owned(), value.to_owned());
        let began = Instant::now();
        let listed = listed(&bench, 1, &[Fault::Refused(429, json!([{"code": 971}])), header]);
        (listed, began.elapsed())
    };
    for (header, value, least) in [
        ("retry-after", "1", 1_000),
        ("retry-after-ms", "700", 700),
        ("ratelimit", "\"default\";r=0;t=1", 1_000),
    ] {
        let (listed, took) = limited(header, value);
        assert_eq!(listed, (Ok(()), 2), "{header}");
        assert!(took >= Duration::from_millis(least), "{header}: {took:?}");
    }
    let (listed, _) = limited("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(listed, (Ok(()), 2));
    let (listed, _) = limited("retry-after", "300");
    let error = ApiError::RateLimited { after: Some(Duration::from_secs(300)) };
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
    assert_eq!(listed, (Err(error), 1));
}

#[test]
fn a_server_that_hangs_is_left_and_asked_again() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelRead]);
    let _hangs = bench.edge.fault(Where::AnyApi.times(1), Fault::Hang);
    let call = bench.api(&token);
    let call = call.tunnels(&bench.account, TunnelFilter::default());
    assert_eq!(bench.run_out_of_time(|log| log.api_calls(ApiCall::Tunnels) == 1, call), Ok(vec![]));
    assert_eq!(bench.edge.log().api_calls(ApiCall::Tunnels), 2);
}
