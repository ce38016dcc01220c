//! Lists of servers that lie about them.

use serde_json::{Value, json};
use usher_agent::cloudflare::api::{ApiError, TunnelFilter};
use usher_tests::edge::{ApiCall, Fault, Permission, Where};

use super::Bench;

/// Reads a list of three tunnels before a server with a fault: how many came, and of how many pages.
fn listed(fault: Fault) -> (Result<usize, ApiError>, usize) {
    let bench = Bench::start();
    for number in 0..3 {
        bench.edge.add_tunnel(&format!("tunnel {number}"));
    }
    let token = bench.token(&[Permission::TunnelRead]);
    let _fault = bench.edge.fault(Where::AnyApi, fault);
    let all = bench.run(bench.api(&token).tunnels(&bench.account, TunnelFilter::default()));
    (all.map(|all| all.len()), bench.edge.log().api_calls(ApiCall::Tunnels))
}

#[test]
fn a_list_is_read_once_whatever_is_said_of_it() {
    let (huge, full) =
        (1_000_000_000_u64, json!({"count": 50, "per_page": 50, "total_count": 1_000_000_000}));
    for (info, pages) in [
        (Value::Null, 1),
        (json!("x"), 1),
        (json!([]), 1),
        (json!({"count": "x", "per_page": -1, "total_count": 1.5}), 1),
        (json!({"total_count": 0}), 1),
        (full, 1),
        (json!({"count": 3, "per_page": 3, "total_count": 3}), 1),
        // One more page, which is empty.
        (json!({"count": 3, "per_page": 3, "total_count": huge}), 2),
        (json!({"count": huge, "per_page": 0, "total_count": huge}), 2),
    ] {
        assert_eq!(listed(Fault::ListInfo(info.clone())), (Ok(3), pages), "{info}");
    }
}

#[test]
fn a_list_without_end_is_left() {
    let (all, pages) = listed(Fault::EndlessList);
    assert_eq!((all, pages), (Err(ApiError::NotUnderstood("its list does not end")), 100));
    let page = json!({"success": true, "errors": [], "messages": [],
        "result": [{"id": "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415", "name": "again"}],
        "result_info": {"count": 1, "per_page": 1, "total_count": 7}});
    let (all, pages) = listed(Fault::Body(page.to_string().into_bytes()));
    assert_eq!((all, pages), (Err(ApiError::NotUnderstood("its list repeats itself")), 2));
}

#[test]
fn a_list_of_something_else_is_none() {
    for result in [json!({}), json!("x"), json!([{"id": "../x"}]), json!([{"id": null}]), json!([1])] {
        let body = json!({"success": true, "result": result}).to_string();
        let (all, pages) = listed(Fault::Body(body.into_bytes()));
        assert!(matches!(all, Err(ApiError::NotUnderstood(_))), "{result}: {all:?}");
        assert_eq!(pages, 1, "{result}");
    }
    for nothing in [json!({"success": true}), json!({"success": true, "result": null, "messages": {}})] {
        assert_eq!(listed(Fault::Body(nothing.to_string().into_bytes())), (Ok(0), 1), "{nothing}");
    }
}
