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
            match delete(&authority.api(edge), client_id).await {
                Ok(true) => return Ok(Tried::Done),
                // It may have been deleted by a try whose answer was lost.
                Ok(false) if revoking.told.is_some() => return Ok(Tried::Done),
                Ok(false) => {}
                Err(error) => tried = error.into(),
            }
        }
        Ok(tried)
    }
}

/// Deletes a service token in whichever account has it, and looks whether it is gone; false if none
/// has it.
async fn delete(api: &Api<'_>, client_id: &str) -> Result<bool, ApiError> {
    for account in api.accounts().await? {
        let Some(found) = api.service_token_by_client_id(&account.id, client_id).await? else { continue };
        api.delete_service_token(&account.id, &found.id).await?;
        return match api.service_token_by_client_id(&account.id, client_id).await? {
            None => Ok(true),
            Some(_) => Err(ApiError::NotUnderstood("a service token that it deleted")),
        };
    }
    Ok(false)
}
