//! The credentials of a tunnel, in the form that is wanted: those that are held, or fetched.

use std::sync::Arc;

use usher_proto::tunnel::{TunnelForm, WhichTunnel};
use usher_proto::{Credential, Kind, TunnelName};

use super::certificates::{Account, named_certificate};
use super::{Broker, BrokerError};
use crate::cloudflare::{api, tunnel};
use crate::store::Record;

impl Broker {
    /// Gets the credentials of a tunnel, written in a form. Those that are not held are fetched, and kept.
    pub async fn tunnel_secret(
        self: &Arc<Self>,
        which: &WhichTunnel,
        form: TunnelForm,
    ) -> Result<Record, BrokerError> {
        self.read().await?;
        let record = match self.held_tunnel(which)? {
            Some(held) => self.settle_rotation(&held).await.unwrap_or(held),
            None if self.edge.is_none() => return Err(BrokerError::NoSuchTunnel),
            None => self.fetch_tunnel(which).await?,
        };
        let secret = tunnel::in_form(&record.secret, form)?;
        Ok(Record { secret: Arc::new(secret), ..record })
    }

    /// Finds the credentials of a tunnel among what is held, by UUID or by the words that they are
    /// known by. The certificate that is named tells the account, and whose they are.
    pub(super) fn held_tunnel(&self, which: &WhichTunnel) -> Result<Option<Record>, BrokerError> {
        let inner = self.inner();
        let cert = which.cert.as_ref().map(|id| named_certificate(&inner.cache, id)).transpose()?;
        let profile = cert.as_ref().map_or(&which.profile, |cert| &cert.profile);
        let is_meant = |credential: &Credential| {
            credential.kind == Kind::Tunnel
                && is_called(credential, &which.tunnel)
                && cert.as_ref().is_none_or(|cert| credential.account == cert.account)
        };
        let all = inner.cache.list(Some(profile));
        let mut meant = all.into_iter().filter(|credential| is_meant(credential));
        match (meant.next(), meant.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => inner.cache.record(&only.id).ok_or(BrokerError::Locked(None)).map(Some),
            (Some(_), Some(_)) => Err(BrokerError::SeveralTunnels),
        }
    }

    /// Fetches credentials; many callers cause one question.
    async fn fetch_tunnel(self: &Arc<Self>, which: &WhichTunnel) -> Result<Record, BrokerError> {
        let account = self.account(which.cert.as_ref(), &which.profile).await?;
        let flight = self.fetches.tunnels.join(
            (account.authority.credential.id.clone(), which.tunnel.clone()),
            || {
                let (broker, name) = (Arc::clone(self), which.tunnel.clone());
                async move { broker.fetch_tunnel_now(&account, &name).await }
            },
        );
        flight.await
    }

    async fn fetch_tunnel_now(
        self: &Arc<Self>,
        account: &Account,
        name: &TunnelName,
    ) -> Result<Record, BrokerError> {
        let api = account.api(self.edge()?);
        let found = self.find_tunnel(account, &api, name).await?;
        if let Some(held) = self.held_for(account).get(&found.id.to_ascii_lowercase()) {
            let held = self.inner().cache.record(held).ok_or(BrokerError::Locked(None))?;
            return self.note_name(held, &found);
        }
        let token = account.asked(api.tunnel_token(&account.id, &found.id)).await?;
        self.keep(tunnel::issued(token, &found.name)?, account.profile())
    }

    /// Notes the name of credentials that nobody gave one, so that they are found by it from now on.
    fn note_name(self: &Arc<Self>, held: Record, found: &api::Tunnel) -> Result<Record, BrokerError> {
        let is_named = held.credential.label != tunnel::unnamed(&found.id.to_ascii_lowercase());
        let Some(name) = found.name.parse::<TunnelName>().ok().filter(|_| !is_named) else { return Ok(held) };
        let credential = Credential { label: name.into(), ..(*held.credential).clone() };
        self.keep_record(Record { credential: Arc::new(credential), ..held })
    }
}

/// Tells whether a tunnel goes by a name: a UUID is nobody's label.
fn is_called(tunnel: &Credential, name: &TunnelName) -> bool {
    match name.is_uuid() {
        true => tunnel.tunnel.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name.as_str())),
        false => tunnel.label == name.as_str(),
    }
}
