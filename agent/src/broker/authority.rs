//! With what the API is asked: an account's certificate, or an API token that a person gave for this.
//! Those that are to be revoked themselves serve until it is their turn.

use std::sync::Arc;

use usher_proto::{Credential, Kind, ProfileName, Secret};

use super::{Broker, BrokerError};
use crate::cloudflare::api::ApiError;
use crate::cloudflare::certificate;
use crate::cloudflare::edge::Region;

/// Something that the API can be asked with.
pub(super) struct Authority {
    /// What it is, as a credential of ours.
    pub(super) credential: Arc<Credential>,
    /// What the API takes.
    pub(super) token: Arc<Secret>,
    /// Where it is good; an API token says nothing about that.
    pub(super) region: Option<Region>,
}

impl Authority {
    /// Says why what was asked with it was not done.
    pub(super) fn refused(&self, error: ApiError) -> BrokerError {
        BrokerError::Api { with: self.credential.kind, error }
    }
}

impl Broker {
    /// Finds the certificates of an account, those of the profile first.
    pub(super) fn certificates_of(&self, account: &str, profile: &ProfileName) -> Vec<Authority> {
        let wanted = |credential: &Credential| {
            credential.kind == Kind::AccountCert && credential.account.as_deref() == Some(account)
        };
        let opened = |(credential, secret): (Arc<Credential>, Arc<Secret>)| {
            let (region, token) = certificate::api_token(&secret).ok()?;
            Some(Authority { credential, token: Arc::new(token), region: Some(region) })
        };
        self.held_or_noted(wanted, profile).into_iter().filter_map(opened).collect()
    }

    /// Finds the API tokens, those of the profile first. They are never given out, and used for nothing
    /// but to end, rotate and roll.
    pub(super) fn api_tokens(&self, profile: &ProfileName) -> Vec<Authority> {
        let wanted = |credential: &Credential| credential.kind == Kind::ApiToken;
        let all = self.held_or_noted(wanted, profile).into_iter();
        all.map(|(credential, token)| Authority { credential, token, region: None }).collect()
    }

    /// Finds all that may be asked about an account's tunnels, its certificates first.
    pub(super) fn authorities_for(&self, account: &str, profile: &ProfileName) -> Vec<Authority> {
        let mut all = self.certificates_of(account, profile);
        all.extend(self.api_tokens(profile));
        all
    }

    fn held_or_noted(
        &self,
        wanted: impl Fn(&Credential) -> bool,
        profile: &ProfileName,
    ) -> Vec<(Arc<Credential>, Arc<Secret>)> {
        let inner = self.inner();
        let held = inner.cache.list(None).into_iter().filter(|credential| wanted(credential));
        let held = held.filter_map(|credential| {
            Some((Arc::clone(&credential), inner.cache.record(&credential.id)?.secret))
        });
        let noted = inner.notes.revoking().filter(|(_, revoking)| wanted(&revoking.credential));
        let noted = noted.filter_map(|(id, revoking)| {
            let secret = inner.notes.open(id, inner.cache.vault())?.secret?;
            Some((Arc::clone(&revoking.credential), secret))
        });
        let mut found: Vec<_> = held.chain(noted).collect();
        found.sort_by_key(|(credential, _)| credential.profile != *profile);
        found
    }
}
