//! Ends tunnel credentials: the tunnel gets a secret that nobody keeps, and every connector is cut.

use usher_proto::Secret;

use super::{Tried, Why};
use crate::broker::Broker;
use crate::broker::rotate::cut_connectors;
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::{Edge, tunnel};
use crate::store::Revoking;

impl Broker {
    pub(super) async fn end_tunnel(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        credentials: &Secret,
    ) -> Result<Tried, ApiError> {
        let credential = &revoking.credential;
        let (Some(account), Some(tunnel)) = (&credential.account, &credential.tunnel) else {
            return Ok(Tried::Never(Why::NotFound));
        };
        let mut tried = Tried::Never(Why::NoAuthority);
        let region = tunnel::region(credentials);
        for authority in self.authorities_for(account, &credential.profile, region) {
            match change(&authority.api(edge), account, tunnel, credentials).await {
                Ok(()) => return Ok(Tried::Done),
                Err(error) => tried = error.into(),
            }
            if matches!(tried, Tried::Later(_)) {
                break;
            }
        }
        Ok(tried)
    }
}

/// Changes the secret unless that was done, and cuts who is connected.
async fn change(api: &Api<'_>, account: &str, id: &str, credentials: &Secret) -> Result<(), ApiError> {
    let found = match api.tunnel(account, id).await {
        Ok(found) if found.deleted.is_none() => found,
        Ok(_) | Err(ApiError::NotFound) => return Ok(()), // a tunnel that is gone takes nobody
        Err(error) => return Err(error),
    };
    if tunnel::is_same(&api.tunnel_token(account, id).await?, credentials) {
        api.set_tunnel_secret(account, id, &found.name, &tunnel::new_secret()).await?;
    }
    cut_connectors(api, account, id).await?;
    if tunnel::is_same(&api.tunnel_token(account, id).await?, credentials) {
        return Err(ApiError::NotUnderstood("a secret that it changed is the same as before"));
    }
    Ok(())
}
