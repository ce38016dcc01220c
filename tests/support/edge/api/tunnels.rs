//! What is asked about tunnels.

use serde_json::{Value, json};

use super::envelope;
use super::tunnel::{Tunnel, is_secret};
use crate::edge::answer::Answer;
use crate::edge::case::Case;

/// Lists an account's tunnels.
pub(in crate::edge) fn list(case: &Case<'_>, account: &str) -> Answer {
    let parameter = |name: &str| case.asked.parameter(name);
    let prefix = parameter("include_prefix").or_else(|| parameter("name_prefix"));
    let wanted = |tunnel: &&Tunnel| {
        let is = |name: &str, value: &str| parameter(name).is_none_or(|wanted| wanted == value);
        let without = parameter("exclude_prefix").is_some_and(|prefix| tunnel.name.starts_with(&prefix));
        tunnel.account == account
            && is("is_deleted", if tunnel.deleted.is_some() { "true" } else { "false" })
            && is("name", &tunnel.name)
            && is("uuid", &tunnel.id)
            && is("status", tunnel.status())
            && prefix.as_ref().is_none_or(|prefix| tunnel.name.starts_with(prefix))
            && !without
    };
    envelope::list(case.asked, case.state.tunnels.iter().filter(wanted).map(Tunnel::public).collect())
}

/// Makes a tunnel; the one answer beside its token that holds its secret.
pub(in crate::edge) fn create(case: &mut Case<'_>, account: &str) -> Answer {
    let body = body(case);
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    let secret = match &body["tunnel_secret"] {
        Value::Null => Some(case.state.fresh_tunnel_secret()),
        given => given.as_str().filter(|secret| is_secret(secret)).map(str::to_owned),
    };
    let (Some(name), Some(secret)) = (name, secret) else {
        return envelope::failed(400, 1001, "Invalid name or tunnel_secret");
    };
    if is_taken(case, account, name, None) {
        return envelope::failed(409, 1013, "You already have a tunnel with this name");
    }
    let id = case.state.add_tunnel(account, name, secret, case.now);
    let Some(tunnel) = found(case, account, &id) else { return missing() };
    if let Some(config_src) = body["config_src"].as_str() {
        tunnel.config_src = config_src.to_owned();
    }
    let mut made = tunnel.public();
    made["token"] = tunnel.token().into();
    made["credentials_file"] = json!({
        "AccountTag": tunnel.account, "TunnelID": tunnel.id, "TunnelName": tunnel.name,
        "TunnelSecret": tunnel.secret,
    });
    envelope::done(made)
}

/// Shows a tunnel, also one that was deleted.
pub(in crate::edge) fn one(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    found(case, account, id).map_or_else(missing, |tunnel| envelope::done(tunnel.public()))
}

/// Gives a tunnel another name or another secret. Those who are connected stay.
pub(in crate::edge) fn change(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let body = body(case);
    let (name, secret) = (body["name"].as_str(), body["tunnel_secret"].as_str());
    if secret.is_some_and(|secret| !is_secret(secret)) || (name, secret) == (None, None) {
        return envelope::failed(400, 1001, "Invalid name or tunnel_secret");
    }
    if found_alive(case, account, id).is_none() {
        return missing();
    }
    if name.is_some_and(|name| is_taken(case, account, name, Some(id))) {
        return envelope::failed(409, 1013, "You already have a tunnel with this name");
    }
    if let Some(secret) = secret {
        case.state.set_tunnel_secret(id, secret.to_owned());
    }
    let Some(tunnel) = found(case, account, id) else { return missing() };
    if let Some(name) = name {
        tunnel.name = name.to_owned();
    }
    let mut changed = tunnel.public();
    changed["token"] = tunnel.token().into();
    envelope::done(changed)
}

/// Deletes a tunnel that nobody serves, or with its connections if that is wanted.
pub(in crate::edge) fn delete(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    let (now, cascade) = (case.now, case.asked.parameter("cascade").is_some_and(|value| value == "true"));
    let Some(tunnel) = found_alive(case, account, id) else { return missing() };
    if tunnel.serving().next().is_some() && !cascade {
        return envelope::failed(400, 1022, "Cannot delete tunnel because it has active connections");
    }
    tunnel.deleted = Some(now);
    tunnel.cut(None, now);
    envelope::done(tunnel.public())
}

/// Hands the token over that connectors run with.
pub(in crate::edge) fn token(case: &mut Case<'_>, account: &str, id: &str) -> Answer {
    found_alive(case, account, id).map_or_else(missing, |tunnel| envelope::done(tunnel.token().into()))
}

fn body(case: &Case<'_>) -> Value {
    serde_json::from_slice(&case.asked.body).unwrap_or_default()
}

/// Tells whether another tunnel has the name.
fn is_taken(case: &Case<'_>, account: &str, name: &str, but: Option<&str>) -> bool {
    case.state.tunnels.iter().any(|tunnel| {
        tunnel.account == account
            && tunnel.name == name
            && tunnel.deleted.is_none()
            && Some(&*tunnel.id) != but
    })
}

/// Finds a tunnel, also one that was deleted.
pub(super) fn found<'a>(case: &'a mut Case<'_>, account: &str, id: &str) -> Option<&'a mut Tunnel> {
    case.state.tunnels.iter_mut().find(|tunnel| tunnel.account == account && tunnel.id == id)
}

fn found_alive<'a>(case: &'a mut Case<'_>, account: &str, id: &str) -> Option<&'a mut Tunnel> {
    found(case, account, id).filter(|tunnel| tunnel.deleted.is_none())
}

pub(super) fn missing() -> Answer {
    envelope::failed(404, 1003, "Tunnel not found")
}
