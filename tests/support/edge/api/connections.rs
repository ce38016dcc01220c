//! What is asked about the connections of a tunnel. Each connector holds four.

use serde_json::{Value, json};

use super::envelope;
use super::tunnel::Connector;
use super::tunnels::{found, missing};
use crate::edge::answer::Answer;
use crate::edge::case::Case;
use crate::edge::text::{api_date, uuid};

/// What a connector says of itself.
const VERSION: &str = "2026.8.2";

/// Lists those who serve a tunnel.
pub(in crate::edge) fn list(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let Some(tunnel) = found(case, account, id) else { return missing() };
    envelope::done(tunnel.serving().map(public).collect())
}

/// Cuts connections: all, or those of one connector.
pub(in crate::edge) fn cut(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let (now, only) = (case.now, case.asked.parameter("client_id"));
    let Some(tunnel) = found(case, account, id) else { return missing() };
    tunnel.cut(only.as_deref(), now);
    envelope::done(Value::Null)
}

fn public(connector: &Connector) -> Value {
    let since = api_date(connector.since);
    let connection = |number: u8| {
        let id = uuid(&format!("connection {number} of {} since {since}", connector.id));
        json!({
            "id": id, "uuid": id, "colo_name": format!("xyz{number:02}"), "client_id": connector.id,
            "client_version": VERSION, "origin_ip": "192.0.2.1", "opened_at": since,
            "is_pending_reconnect": false,
        })
    };
    json!({
        "id": connector.id, "arch": "linux_amd64", "version": VERSION, "features": ["ha-origin"],
        "run_at": since, "config_version": 1, "conns": (1..=4).map(connection).collect::<Vec<_>>(),
    })
}
