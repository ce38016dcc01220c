//! With what the API is asked: an account's certificate, or an API token that a person gave for this.
//! Those that are to be revoked themselves serve until it is their turn.

use std::collections::BTreeSet;
use std::sync::Arc;

use usher_proto::{Credential, Kind, ProfileName, Secret};

use super::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::{Edge, Region};
use crate::cloudflare::{NotACredential, certificate};
use crate::store::Record;

/// Something that the API can be asked with.
pub(super) struct Authority {
    /// What it is, as a credential of ours.
    pub(super) credential: Arc<Credential>,
    /// What the API takes.
    token: Arc<Secret>,
    /// Where it is asked.
    pub(super) region: Region,
}

impl Authority {
    /// Takes what is needed out of a certificate.
    pub(super) fn of_certificate(record: &Record) -> Result<Self, NotACredential> {
        let (region, token) = certificate::api_token(&record.secret)?;
        Ok(Self { credential: Arc::clone(&record.credential), token: Arc::new(token), region })
    }

    /// Speaks to the API.
    pub(super) fn api<'e>(&'e self, edge: &'e Edge) -> Api<'e> {
        edge.api(self.region, &self.token)
    }

    /// Says why what was asked with it was not done.
    pub(super) fn refused(&self, error: ApiError) -> BrokerError {
        BrokerError::Api { with: self.credential.kind, error }
    }
}

impl Broker {
    /// Finds the API tokens, those of the profile first; they do not say themselves where they are good.
    /// They are never given out, and used for nothing but to end, rotate and roll.
    pub(super) fn api_tokens(&self, profile: &ProfileName, region: Region) -> Vec<Authority> {
        let wanted = |credential: &Credential| credential.kind == Kind::ApiToken;
        let all = self.held_or_noted(wanted, profile).into_iter();
        all.map(|Record { credential, secret }| Authority { credential, token: secret, region }).collect()
    }

    /// Finds all that may be asked about an account's tunnels: its certificates, then API tokens.
    pub(super) fn authorities_for(
        &self,
        account: &str,
        profile: &ProfileName,
        region: Region,
    ) -> Vec<Authority> {
        let wanted = |credential: &Credential| {
            credential.kind == Kind::AccountCert && credential.account.as_deref() == Some(account)
        };
        let certificates = self.held_or_noted(wanted, profile);
        let certificates = certificates.iter().filter_map(|record| Authority::of_certificate(record).ok());
        certificates.chain(self.api_tokens(profile, region)).collect()
    }

    /// Lists the accounts that an API token may be about: those that it sees, else those that are known
    /// here, because not every token may list them.
    pub(super) async fn accounts(&self, api: &Api<'_>) -> Result<Vec<String>, ApiError> {
        let seen = match api.accounts().await {
            Err(ApiError::Unauthorized { .. }) => Vec::new(),
            seen => seen?,
        };
        if !seen.is_empty() {
            return Ok(seen.into_iter().map(|account| account.id).collect());
        }
        let inner = self.inner();
        let held = inner.cache.list(None).into_iter().filter_map(|held| held.account.clone());
        let noted = inner.notes.revoking().filter_map(|(_, noted)| noted.credential.account.clone());
        let known: BTreeSet<String> = held.chain(noted).collect();
        Ok(known.into_iter().collect())
    }

    fn held_or_noted(&self, wanted: impl Fn(&Credential) -> bool, profile: &ProfileName) -> Vec<Record> {
        let inner = self.inner();
        let held = inner.cache.list(None).into_iter().filter(|credential| wanted(credential));
        let held = held.filter_map(|credential| inner.cache.record(&credential.id));
        let noted = inner.notes.revoking().filter(|(_, revoking)| wanted(&revoking.credential));
        let noted = noted.filter_map(|(id, revoking)| {
            let secret = inner.notes.open(id, inner.cache.vault())?.secret?;
            Some(Record { credential: Arc::clone(&revoking.credential), secret })
        });
        let mut found: Vec<_> = held.chain(noted).collect();
        found.sort_by_key(|record| record.credential.profile != *profile);
        found
    }
}
