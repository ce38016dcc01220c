//! Ends API tokens, also the one in an account certificate: they are deleted, by themselves if they may.

use usher_proto::{Credential, Kind, Secret};

use super::{Tried, Why};
use crate::broker::Broker;
use crate::cloudflare::api::{Api, ApiError, Owner, TokenState, TokenStatus};
use crate::cloudflare::edge::Region;
use crate::cloudflare::{Edge, api_token, certificate};
use crate::store::Revoking;

/// Seconds for which what others are ended with is kept for them.
const WAITS_FOR_OTHERS: i64 = 600;

impl Broker {
    pub(super) async fn end_certificate(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        certificate: &Secret,
    ) -> Result<Tried, ApiError> {
        let Ok((region, token)) = certificate::api_token(certificate) else {
            return Ok(Tried::Never(Why::NotFound));
        };
        let account = &revoking.credential.account;
        if self.is_still_needed(|other| other.kind == Kind::Tunnel && other.account == *account) {
            return Ok(Tried::Later(Why::StillNeeded));
        }
        self.delete(edge, region, revoking, &token).await
    }

    pub(super) async fn end_api_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        token: &Secret,
    ) -> Result<Tried, ApiError> {
        if self.is_still_needed(|other| other.kind != Kind::ApiToken) {
            return Ok(Tried::Later(Why::StillNeeded));
        }
        self.delete(edge, Region::Commercial, revoking, token).await
    }

    /// Deletes an API token with whatever may do that, and looks whether it is gone.
    async fn delete(
        &self,
        edge: &Edge,
        region: Region,
        revoking: &Revoking,
        token: &Secret,
    ) -> Result<Tried, ApiError> {
        let own = edge.api(region, token);
        let (owner, id) = match self.identity(&own, token).await {
            Ok(Some(identity)) => identity,
            Ok(None) => return Ok(Tried::Done),
            Err(ApiError::Unauthorized { .. } | ApiError::NotFound) => {
                return Ok(Tried::Never(Why::ByHand { id: None }));
            }
            Err(error) => return Err(error),
        };
        let mut tried = Tried::Never(Why::ByHand { id: Some(id.clone()) });
        for authority in self.api_tokens(&revoking.credential.profile, region) {
            match authority.api(edge).delete_token(owner.borrowed(), &id).await {
                Ok(()) | Err(ApiError::NotFound) => {
                    let left = active(own.verify(owner.borrowed()).await)?;
                    return Ok(if left.is_none() { Tried::Done } else { Tried::Told });
                }
                Err(ApiError::Unauthorized { .. } | ApiError::BadToken) => {}
                Err(error) => tried = error.into(),
            }
        }
        Ok(tried)
    }

    /// Finds out whose an API token is, and its id, which it tells itself; none if it is dead.
    async fn identity(&self, api: &Api<'_>, token: &Secret) -> Result<Option<(Whose, String)>, ApiError> {
        if !api_token::is_of_account(token) {
            let id = active(api.verify(Owner::User).await)?;
            return Ok(id.map(|id| (Whose::Person, id)));
        }
        let accounts = match self.accounts(api).await {
            Err(ApiError::BadToken) => return Ok(None),
            accounts => accounts?,
        };
        let mut found = Err(ApiError::NotFound);
        for whose in accounts.into_iter().map(Whose::Account) {
            found = active(api.verify(whose.borrowed()).await);
            if let Ok(Some(id)) = found {
                return Ok(Some((whose, id)));
            }
        }
        found.map(|_| None)
    }

    /// Tells whether another credential is still to be ended with this one's help. One that cannot be
    /// ended for long does not keep this one alive.
    fn is_still_needed(&self, by: impl Fn(&Credential) -> bool) -> bool {
        let now = self.clock.now();
        let waits = |other: &Revoking| other.since.seconds_until(now) < WAITS_FOR_OTHERS;
        self.inner().notes.revoking().any(|(_, other)| by(&other.credential) && waits(other))
    }
}

/// Whose token it is.
enum Whose {
    Person,
    Account(String),
}

impl Whose {
    fn borrowed(&self) -> Owner<'_> {
        match self {
            Whose::Person => Owner::User,
            Whose::Account(id) => Owner::Account(id),
        }
    }
}

/// Reads what a token says of itself: its id, if it lives.
fn active(verified: Result<TokenState, ApiError>) -> Result<Option<String>, ApiError> {
    match verified {
        Ok(state) if state.status == TokenStatus::Active => Ok(Some(state.id)),
        Ok(_) | Err(ApiError::BadToken) => Ok(None),
        Err(error) => Err(error),
    }
}
