//! Ends service tokens: an administrator's API token deletes them.

use super::{Tried, Why};
use crate::broker::Broker;
use crate::cloudflare::Edge;
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::Region;
use crate::store::Revoking;

impl Broker {
    pub(super) async fn end_service_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
    ) -> Result<Tried, ApiError> {
        let credential = &revoking.credential;
        let authorities = self.api_tokens(&credential.profile, Region::of(credential.team.as_ref()));
        let Some(client_id) = &credential.client_id else { return Ok(Tried::Never(Why::NotFound)) };
        let mut tried = Tried::Never(if authorities.is_empty() { Why::NoAuthority } else { Why::NotFound });
        for authority in authorities {
            let api = authority.api(edge);
            let deleted = async { delete(&api, &self.accounts(&api).await?, client_id).await };
            match deleted.await {
                Ok(Deleted::Gone) => return Ok(Tried::Done),
                Ok(Deleted::Perhaps) => return Ok(Tried::Told),
                // It was deleted by a try whose answer was lost.
                Ok(Deleted::NotThere) if revoking.told.is_some() => return Ok(Tried::Done),
                Ok(Deleted::NotThere) => {}
                Err(error) => tried = error.into(),
            }
        }
        Ok(tried)
    }
}

/// What became of a service token.
enum Deleted {
    /// It is not there any more; that was seen.
    Gone,
    /// It was to be deleted, and what became of that is not known.
    Perhaps,
    /// No account has it.
    NotThere,
}

/// Deletes a service token in whichever account has it, and looks whether it is gone.
async fn delete(api: &Api<'_>, accounts: &[String], client_id: &str) -> Result<Deleted, ApiError> {
    for account in accounts {
        let Some(found) = api.service_token_by_client_id(account, client_id).await? else { continue };
        match api.delete_service_token(account, &found.id).await {
            Err(ApiError::Edge(_)) => return Ok(Deleted::Perhaps),
            done => done?,
        }
        let left = api.service_token_by_client_id(account, client_id).await?;
        return Ok(if left.is_none() { Deleted::Gone } else { Deleted::Perhaps });
    }
    Ok(Deleted::NotThere)
}
