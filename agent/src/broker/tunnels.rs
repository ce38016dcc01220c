//! The tunnels of an account, as Cloudflare tells them.

use std::collections::HashMap;
use std::sync::Arc;

use usher_proto::tunnel::{Connector, Tunnel, TunnelStatus, WhichTunnel};
use usher_proto::{Credential, CredentialId, Kind, ProfileName, TunnelName};

use super::certificates::Account;
use super::{Broker, BrokerError};
use crate::cloudflare::api::{self, Api, ApiError, TunnelFilter};

impl Broker {
    /// Lists the tunnels of an account, by name.
    pub async fn tunnels(
        &self,
        profile: &ProfileName,
        certificate: Option<&CredentialId>,
    ) -> Result<Vec<Tunnel>, BrokerError> {
        let account = self.account(certificate, profile).await?;
        let api = account.api(self.edge()?);
        let all = account.asked(api.tunnels(&account.id, TunnelFilter::default())).await?;
        let mut held = self.held_for(&account);
        let mut all: Vec<Tunnel> =
            all.into_iter().map(|tunnel| described(tunnel, &account.id, &mut held)).collect();
        all.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(all)
    }

    /// Looks at a tunnel, and at who serves it.
    pub async fn tunnel(&self, which: &WhichTunnel) -> Result<(Tunnel, Vec<Connector>), BrokerError> {
        let account = self.account(which.cert.as_ref(), &which.profile).await?;
        let api = account.api(self.edge()?);
        let tunnel = self.find_tunnel(&account, &api, &which.tunnel).await?;
        let connectors = account.asked(api.connectors(&account.id, &tunnel.id)).await?;
        let tunnel = described(tunnel, &account.id, &mut self.held_for(&account));
        Ok((tunnel, connectors.into_iter().map(connector).collect()))
    }

    /// Finds a tunnel of the account at Cloudflare; one that was deleted is none.
    pub(super) async fn find_tunnel(
        &self,
        account: &Account,
        api: &Api<'_>,
        name: &TunnelName,
    ) -> Result<api::Tunnel, BrokerError> {
        let found = if name.is_uuid() {
            let id = name.as_str().to_ascii_lowercase();
            match account.asked(api.tunnel(&account.id, &id)).await {
                Ok(tunnel) if !tunnel.id.eq_ignore_ascii_case(&id) => {
                    return Err(account.authority.refused(ANOTHER));
                }
                Err(BrokerError::Api { error: ApiError::NotFound, .. }) => Vec::new(),
                found => vec![found?],
            }
        } else {
            account.asked(api.tunnels(&account.id, TunnelFilter { name: Some(name.as_str()) })).await?
        };
        let mut living = found.into_iter().filter(|tunnel| tunnel.deleted.is_none());
        match (living.next(), living.next()) {
            (None, _) => Err(BrokerError::NoSuchTunnel),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(BrokerError::SeveralTunnels),
        }
    }

    /// Lists the credentials that are held for an account's tunnels, by UUID.
    pub(super) fn held_for(&self, account: &Account) -> HashMap<String, CredentialId> {
        let all = self.inner().cache.list(Some(account.profile()));
        let of_account = all.iter().filter(|credential| {
            credential.kind == Kind::Tunnel && credential.account.as_ref() == Some(&account.id)
        });
        let by_uuid = |credential: &Arc<Credential>| {
            Some((credential.tunnel.as_ref()?.to_ascii_lowercase(), credential.id.clone()))
        };
        of_account.filter_map(by_uuid).collect()
    }
}

const ANOTHER: ApiError = ApiError::NotUnderstood("it is about another tunnel");

fn described(tunnel: api::Tunnel, account: &str, held: &mut HashMap<String, CredentialId>) -> Tunnel {
    let api::Tunnel { id, name, status, created, .. } = tunnel;
    let status = match status {
        Some(api::TunnelStatus::Inactive) => TunnelStatus::Inactive,
        Some(api::TunnelStatus::Degraded) => TunnelStatus::Degraded,
        Some(api::TunnelStatus::Healthy) => TunnelStatus::Healthy,
        Some(api::TunnelStatus::Down) => TunnelStatus::Down,
        None => TunnelStatus::Unknown,
    };
    let held = held.remove(&id.to_ascii_lowercase());
    Tunnel { id, name, account: account.to_owned(), status, created, held }
}

fn connector(connector: api::Connector) -> Connector {
    let api::Connector { id, version, system, began, places } = connector;
    Connector { id, version, arch: system, since: began, places }
}
