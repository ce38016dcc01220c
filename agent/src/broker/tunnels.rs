//! Tunnels: which one is meant, and its credentials in the form that is wanted.

use std::sync::Arc;

use usher_proto::tunnel::{TunnelForm, WhichTunnel};
use usher_proto::{Credential, Kind, TunnelName};

use super::{Broker, BrokerError};
use crate::cloudflare::tunnel;
use crate::store::Record;

impl Broker {
    /// Gets the credentials of a tunnel, written in a form.
    pub async fn tunnel_secret(
        self: &Arc<Self>,
        which: &WhichTunnel,
        form: TunnelForm,
    ) -> Result<Record, BrokerError> {
        self.read().await?;
        let held = self.held_tunnel(which)?.ok_or(BrokerError::NoSuchTunnel)?;
        let secret = tunnel::in_form(&held.secret, form)?;
        Ok(Record { secret: Arc::new(secret), ..held })
    }

    /// Finds the credentials of a tunnel among what is held, by UUID or by the words that they are
    /// known by. The certificate that is named tells the account, and whose they are.
    fn held_tunnel(&self, which: &WhichTunnel) -> Result<Option<Record>, BrokerError> {
        let inner = self.inner();
        let cert = match &which.cert {
            Some(id) => Some(inner.cache.credential(id).ok_or(BrokerError::NoSuchId)?),
            None => None,
        };
        if cert.as_ref().is_some_and(|cert| cert.kind != Kind::AccountCert) {
            return Err(BrokerError::NotACert);
        }
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
            (Some(only), None) => inner.cache.record(&only.id).ok_or(BrokerError::Locked).map(Some),
            (Some(_), Some(_)) => Err(BrokerError::SeveralTunnels),
        }
    }
}

/// Tells whether a tunnel goes by a name: a UUID is nobody's label.
fn is_called(tunnel: &Credential, name: &TunnelName) -> bool {
    match name.is_uuid() {
        true => tunnel.tunnel.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name.as_str())),
        false => tunnel.label == name.as_str(),
    }
}
