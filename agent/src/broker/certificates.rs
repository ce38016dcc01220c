//! Account certificates: which one is meant.

use std::sync::Arc;

use usher_proto::{Credential, CredentialId, Kind, ProfileName};

use super::{Broker, BrokerError};
use crate::store::Record;

impl Broker {
    /// Finds an account certificate: the one that is named, else the only one of the profile.
    pub async fn certificate(
        &self,
        id: Option<&CredentialId>,
        profile: &ProfileName,
    ) -> Result<Record, BrokerError> {
        self.read().await?;
        let inner = self.inner();
        let id = match id {
            Some(id) => {
                let named = inner.cache.credential(id).ok_or(BrokerError::NoSuchId)?;
                if named.kind == Kind::AccountCert { named } else { return Err(BrokerError::NotACert) }
            }
            None => only_one(inner.cache.list(Some(profile)))?,
        }
        .id
        .clone();
        inner.cache.record(&id).ok_or(BrokerError::Locked)
    }
}

fn only_one(held: Vec<Arc<Credential>>) -> Result<Arc<Credential>, BrokerError> {
    let mut certificates = held.into_iter().filter(|credential| credential.kind == Kind::AccountCert);
    match (certificates.next(), certificates.next()) {
        (None, _) => Err(BrokerError::NoCert),
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(BrokerError::SeveralCerts),
    }
}
