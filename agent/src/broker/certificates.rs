//! Account certificates: which one is meant, and what is asked of the API with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use usher_proto::{Credential, CredentialId, Kind, ProfileName, Secret};

use super::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::{Edge, Region};
use crate::cloudflare::error::Trouble;
use crate::cloudflare::{EdgeError, certificate};
use crate::store::Record;

/// For all that one request asks of the API; a client waits a little longer than that.
const LIMIT: Duration = Duration::from_secs(90);

/// An account, and the certificate that manages its tunnels.
pub(super) struct Account {
    /// The account's id.
    pub(super) id: String,
    /// The certificate's.
    pub(super) certificate: CredentialId,
    /// Whose it is.
    pub(super) profile: ProfileName,
    region: Region,
    token: Secret,
    deadline: Instant,
}

impl Account {
    /// Speaks to the API as the certificate allows.
    pub(super) fn api<'e>(&'e self, edge: &'e Edge) -> Api<'e> {
        edge.api(self.region, &self.token)
    }

    /// Asks the API, and does not wait longer than somebody who waits for the answer.
    pub(super) async fn asked<T>(
        &self,
        asking: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, BrokerError> {
        let late = |_| EdgeError::Network { host: self.region.api().to_owned(), trouble: Trouble::Timeout };
        timeout_at(self.deadline, asking).await.map_err(late)?.map_err(failed)
    }
}

/// Says why the API did not do what it was asked with an account certificate.
pub(super) fn failed(error: ApiError) -> BrokerError {
    BrokerError::Api { with: Kind::AccountCert, error }
}

impl Broker {
    /// Finds the account whose certificate is named, or is the only one of the profile. An API token does
    /// not take a certificate's place.
    pub(super) async fn account(
        &self,
        certificate: Option<&CredentialId>,
        profile: &ProfileName,
    ) -> Result<Account, BrokerError> {
        let Record { credential, secret } = self.certificate(certificate, profile).await?;
        let (region, token) = certificate::api_token(&secret)?;
        let Credential { id, profile, account, .. } = &*credential;
        Ok(Account {
            id: account.clone().unwrap_or_default(),
            certificate: id.clone(),
            profile: profile.clone(),
            region,
            token,
            deadline: Instant::now() + LIMIT,
        })
    }

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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_api_that_does_not_answer_is_given_up_before_a_client_gives_up() {
        let account = Account {
            id: "0".repeat(32),
            certificate: "cert-0123456789ab".parse().expect("an id"),
            profile: ProfileName::default(),
            region: Region::Fedramp,
            token: Secret::new(vec![1]).expect("not empty"),
            deadline: Instant::now() + LIMIT,
        };
        let begun = Instant::now();
        for _ in 0..2 {
            let late = account.asked(pending::<Result<(), _>>()).await;
            let host = "api.fed.cloudflare.com".to_owned();
            assert_eq!(late, Err(EdgeError::Network { host, trouble: Trouble::Timeout }.into()));
        }
        assert_eq!(begun.elapsed(), LIMIT, "for all of it");
    }
}
