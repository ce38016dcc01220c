//! Account certificates: which one is meant, and what is asked of the API with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use usher_proto::{Credential, CredentialId, Kind, ProfileName};

use super::authority::Authority;
use super::cache::Cache;
use super::{Broker, BrokerError};
use crate::cloudflare::EdgeError;
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::Edge;
use crate::cloudflare::error::Trouble;
use crate::store::Record;

/// For all that one request asks of the API; a client waits a little longer than that.
const LIMIT: Duration = Duration::from_secs(90);

/// An account, and with what its tunnels are managed.
pub(super) struct Account {
    /// The account's id.
    pub(super) id: String,
    /// The certificate; an API token where one may take its place.
    pub(super) authority: Authority,
    deadline: Instant,
}

impl Account {
    /// Begins to ask about an account; all that is asked has its limit from now on.
    pub(super) fn new(id: String, authority: Authority) -> Self {
        Self { id, authority, deadline: Instant::now() + LIMIT }
    }

    /// Tells whose the credentials of its tunnels are.
    pub(super) fn profile(&self) -> &ProfileName {
        &self.authority.credential.profile
    }

    /// Speaks to the API as is allowed.
    pub(super) fn api<'e>(&'e self, edge: &'e Edge) -> Api<'e> {
        self.authority.api(edge)
    }

    /// Asks the API, and does not wait longer than somebody who waits for the answer.
    pub(super) async fn asked<T>(
        &self,
        asking: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, BrokerError> {
        let host = || self.authority.region.api().to_owned();
        let late = |_| EdgeError::Network { host: host(), trouble: Trouble::Timeout };
        let answer = timeout_at(self.deadline, asking).await.map_err(late)?;
        answer.map_err(|error| self.authority.refused(error))
    }
}

impl Broker {
    /// Finds the account whose certificate is named, or is the only one of the profile. An API token does
    /// not take a certificate's place.
    pub(super) async fn account(
        &self,
        certificate: Option<&CredentialId>,
        profile: &ProfileName,
    ) -> Result<Account, BrokerError> {
        let record = self.certificate(certificate, profile).await?;
        let id = record.credential.account.clone().unwrap_or_default();
        Ok(Account::new(id, Authority::of_certificate(&record)?))
    }

    /// Finds an account certificate: the one that is named, else the only one of the profile.
    pub async fn certificate(
        &self,
        id: Option<&CredentialId>,
        profile: &ProfileName,
    ) -> Result<Record, BrokerError> {
        self.read().await?;
        let inner = self.inner();
        let found = match id {
            Some(id) => named_certificate(&inner.cache, id)?,
            None => only_one(inner.cache.list(Some(profile)))?,
        };
        inner.cache.record(&found.id).ok_or(BrokerError::Locked(None))
    }
}

/// Finds the account certificate that is named.
pub(super) fn named_certificate(cache: &Cache, id: &CredentialId) -> Result<Arc<Credential>, BrokerError> {
    let named = cache.credential(id).ok_or(BrokerError::NoSuchId)?;
    if named.kind == Kind::AccountCert { Ok(named) } else { Err(BrokerError::NotACert) }
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

    use usher_proto::request::{Import, Origin};
    use usher_proto::{Secret, Timestamp};

    use super::*;
    use crate::cloudflare;

    #[tokio::test(start_paused = true)]
    async fn an_api_that_does_not_answer_is_given_up_before_a_client_gives_up() {
        let content = r#"{"zoneID":"Z","accountID":"Z","apiToken":"token","endpoint":"fed"}"#
            .replace('Z', &"0".repeat(32));
        let pem = pem::encode(&pem::Pem::new("ARGO TUNNEL TOKEN", content));
        let import = Import {
            profile: ProfileName::default(),
            from: Origin::Given { kind: Kind::AccountCert, app: None, label: None },
            secret: Secret::new(pem.into_bytes()).expect("not empty"),
        };
        let record = cloudflare::read(import, Timestamp(0)).expect("a certificate");
        let account = Account::new(String::new(), Authority::of_certificate(&record).expect("a certificate"));
        let begun = Instant::now();
        for _ in 0..2 {
            let late = account.asked(pending::<Result<(), _>>()).await;
            let host = "api.fed.cloudflare.com".to_owned();
            assert_eq!(late, Err(EdgeError::Network { host, trouble: Trouble::Timeout }.into()));
        }
        assert_eq!(begun.elapsed(), LIMIT, "for all of it");
    }
}
