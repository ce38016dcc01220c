//! Tunnels and their connectors, which come with a tunnel token and stay while nobody cuts them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::account;
use crate::edge::hosts::is_fedramp;
use crate::edge::known::Issued;
use crate::edge::log::Carried;
use crate::edge::state::State;
use crate::edge::text::{api_date, uuid};

/// Least length of a tunnel's secret, in bytes.
const MIN_SECRET: usize = 32;

/// A tunnel.
pub(in crate::edge) struct Tunnel {
    pub(in crate::edge) id: String,
    pub(in crate::edge) account: String,
    pub(in crate::edge) name: String,
    /// Base64.
    pub(in crate::edge) secret: String,
    pub(in crate::edge) config_src: String,
    /// When it was made and deleted, in seconds since 1970.
    pub(in crate::edge) created: i64,
    pub(in crate::edge) deleted: Option<i64>,
    pub(in crate::edge) connectors: Vec<Connector>,
}

/// A program that serves a tunnel, or that did.
#[derive(Clone)]
pub(in crate::edge) struct Connector {
    pub(in crate::edge) id: String,
    /// The secret that it comes with, whenever it comes.
    pub(in crate::edge) secret: String,
    pub(in crate::edge) alive: bool,
    /// Since when it is there, in seconds since 1970.
    pub(in crate::edge) since: i64,
}

/// Says that a connector's token is not, or not any more, the tunnel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthorized;

impl Tunnel {
    /// Makes the token that its connectors run with.
    pub(in crate::edge) fn token(&self) -> String {
        let fed = account::by_id(&self.account).is_some_and(|account| is_fedramp(account.team));
        let end = if fed { r#","e":"fed""# } else { "" };
        STANDARD.encode(format!(r#"{{"a":"{}","s":"{}","t":"{}"{end}}}"#, self.account, self.secret, self.id))
    }

    /// Lets a connector in that has the tunnel's secret.
    pub(in crate::edge) fn connect(
        &mut self,
        token: &str,
        now: i64,
        id: String,
    ) -> Result<String, Unauthorized> {
        let json = STANDARD.decode(token).map_err(|_| Unauthorized)?;
        let said: Value = serde_json::from_slice(&json).map_err(|_| Unauthorized)?;
        let holds = self.deleted.is_none()
            && said["a"] == self.account.as_str()
            && said["t"] == self.id.as_str()
            && said["s"] == self.secret.as_str();
        if !holds {
            return Err(Unauthorized);
        }
        let connector = Connector { id: id.clone(), secret: self.secret.clone(), alive: true, since: now };
        self.connectors.push(connector);
        Ok(id)
    }

    /// Cuts connections. Who loses them comes again at once, and stays out if the secret is another one
    /// now.
    pub(in crate::edge) fn cut(&mut self, only: Option<&str>, now: i64) {
        let secret = self.secret.clone();
        let deleted = self.deleted.is_some();
        let cut = self.connectors.iter_mut().filter(|one| one.alive && only.is_none_or(|id| id == one.id));
        for connector in cut {
            connector.alive = !deleted && connector.secret == secret;
            connector.since = now;
        }
    }

    /// Lists those who serve it now.
    pub(in crate::edge) fn serving(&self) -> impl Iterator<Item = &Connector> {
        self.connectors.iter().filter(|connector| connector.alive)
    }

    /// Tells how it does.
    pub(in crate::edge) fn status(&self) -> &'static str {
        match self.serving().count() {
            0 if self.connectors.is_empty() => "inactive",
            0 => "down",
            _ => "healthy",
        }
    }

    /// Shows what the API tells of it: all but the secret.
    pub(in crate::edge) fn public(&self) -> Value {
        let first = self.serving().map(|connector| connector.since).min();
        json!({
            "id": self.id, "account_tag": self.account, "name": self.name,
            "created_at": api_date(self.created), "deleted_at": self.deleted.map(api_date),
            "connections": [], "conns_active_at": first.map(api_date), "conns_inactive_at": null,
            "tun_type": "cfd_tunnel", "metadata": {}, "status": self.status(),
            "remote_config": self.config_src == "cloudflare", "config_src": self.config_src,
        })
    }
}

impl State {
    /// Makes a tunnel of a team's account.
    pub(in crate::edge) fn add_tunnel(
        &mut self,
        account: &str,
        name: &str,
        secret: String,
        now: i64,
    ) -> String {
        let id = uuid(&self.fresh("tunnel"));
        let tunnel = Tunnel {
            id: id.clone(),
            account: account.to_owned(),
            name: name.to_owned(),
            secret: String::new(),
            config_src: "local".to_owned(),
            created: now,
            deleted: None,
            connectors: Vec::new(),
        };
        self.tunnels.push(tunnel);
        self.set_tunnel_secret(&id, secret);
        id
    }

    /// Gives a tunnel another secret, and remembers it in both of its forms.
    pub(in crate::edge) fn set_tunnel_secret(&mut self, id: &str, secret: String) {
        let Some(tunnel) = self.tunnels.iter_mut().find(|tunnel| tunnel.id == id) else { return };
        tunnel.secret = secret;
        let team = account::by_id(&tunnel.account).expect("a tunnel is of an account").team;
        for text in [tunnel.secret.clone(), tunnel.token()] {
            self.issued.insert(text, Issued::of(Carried::TunnelSecret, team));
        }
    }

    /// Makes a secret for a tunnel.
    pub(in crate::edge) fn fresh_tunnel_secret(&mut self) -> String {
        STANDARD.encode(&self.fresh("tunnel secret").as_bytes()[..MIN_SECRET])
    }
}

/// Tells whether it can be a tunnel's secret.
pub(in crate::edge) fn is_secret(text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| bytes.len() >= MIN_SECRET)
}
