//! Tunnels, and the connectors that serve them.

use serde::Deserialize;
use usher_proto::{Secret, Timestamp};

use super::question::Question;
use super::{Api, ApiError, id, member};
use crate::cloudflare::http::Method;
use crate::cloudflare::tunnel;

/// What a look at tunnels needs.
const READ: &str = "Cloudflare Tunnel Read";

/// What a change of tunnels needs, and a look at their tokens; the dashboard calls it Edit.
pub(super) const WRITE: &str = "Cloudflare Tunnel Write";

/// Which tunnels of an account are wanted; those that were deleted never are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TunnelFilter<'a> {
    /// Those of just this name.
    pub name: Option<&'a str>,
}

/// A tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tunnel {
    /// Its id, a UUID.
    #[serde(deserialize_with = "member::uuid")]
    pub id: String,
    /// What its owner calls it.
    #[serde(default, deserialize_with = "member::text")]
    pub name: String,
    /// How it does, as far as that is said.
    #[serde(default, deserialize_with = "member::known")]
    pub status: Option<TunnelStatus>,
    /// When it was made.
    #[serde(default, rename = "created_at", deserialize_with = "member::time")]
    pub created: Option<Timestamp>,
    /// When it was deleted.
    #[serde(default, rename = "deleted_at", deserialize_with = "member::time")]
    pub deleted: Option<Timestamp>,
}

/// How a tunnel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TunnelStatus {
    /// It never served.
    Inactive,
    /// It serves, over fewer connections than it should have.
    Degraded,
    /// It serves.
    Healthy,
    /// It served, and does not any more.
    Down,
}

/// A program that serves a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Connector {
    /// Its id, a UUID.
    #[serde(deserialize_with = "member::uuid")]
    pub id: String,
    /// The version of cloudflared.
    #[serde(default, deserialize_with = "member::text")]
    pub version: String,
    /// The system that it runs on.
    #[serde(default, rename = "arch", deserialize_with = "member::text")]
    pub system: String,
    /// When it began.
    #[serde(default, rename = "run_at", deserialize_with = "member::time")]
    pub began: Option<Timestamp>,
    /// The data centres that it is connected to, one for each connection; one that is not named is empty.
    #[serde(default, rename = "conns", deserialize_with = "member::places")]
    pub places: Vec<String>,
}

impl Api<'_> {
    /// Lists the tunnels of an account.
    pub async fn tunnels(&self, account: &str, filter: TunnelFilter<'_>) -> Result<Vec<Tunnel>, ApiError> {
        let mut question = Question::get(tunnels(account)?).with("is_deleted", "false").needs(READ);
        if let Some(name) = filter.name {
            question = question.with("name", name);
        }
        let mut all: Vec<Tunnel> = self.list(&question).await?;
        all.retain(|tunnel| filter.name.is_none_or(|name| tunnel.name == name));
        Ok(all)
    }

    /// Looks at a tunnel; also at one that was deleted.
    pub async fn tunnel(&self, account: &str, id: &str) -> Result<Tunnel, ApiError> {
        self.read(&Question::get(tunnel_at(account, id)?).needs(READ)).await?.result()
    }

    /// Fetches the token that a connector of a tunnel runs with.
    pub async fn tunnel_token(&self, account: &str, id: &str) -> Result<Secret, ApiError> {
        let path = format!("{}/token", tunnel_at(account, id)?);
        let token = self.read(&Question::get(path).needs(WRITE)).await?.secret()?;
        let (token, facts) =
            tunnel::read(token).map_err(|_| ApiError::NotUnderstood("its tunnel token is none"))?;
        let is = |fact: Option<String>, asked| fact.is_some_and(|fact| fact.eq_ignore_ascii_case(asked));
        if !is(facts.account, account) || !is(facts.tunnel, id) {
            return Err(ApiError::NotUnderstood("its tunnel token is for another tunnel"));
        }
        Ok(token)
    }

    /// Lists the connectors that serve a tunnel now.
    pub async fn connectors(&self, account: &str, id: &str) -> Result<Vec<Connector>, ApiError> {
        let path = format!("{}/connections", tunnel_at(account, id)?);
        Ok(self.read(&Question::get(path).needs(READ)).await?.page()?.items)
    }

    /// Cuts the connections of a tunnel, or those of one connector. Whoever has the tunnel's secret can
    /// connect again.
    pub async fn drop_connections(
        &self,
        account: &str,
        id: &str,
        connector: Option<&str>,
    ) -> Result<(), ApiError> {
        let path = format!("{}/connections", tunnel_at(account, id)?);
        let mut question = Question::new(Method::Delete, path).needs(WRITE);
        if let Some(connector) = connector {
            question = question.with("client_id", id::uuid(connector)?);
        }
        self.write(&question).await
    }
}

fn tunnels(account: &str) -> Result<String, ApiError> {
    Ok(format!("/accounts/{}/cfd_tunnel", id::account(account)?))
}

/// Makes the path of a tunnel.
pub(super) fn tunnel_at(account: &str, id: &str) -> Result<String, ApiError> {
    Ok(format!("{}/{}", tunnels(account)?, id::uuid(id)?))
}
