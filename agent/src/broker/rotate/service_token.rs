//! Gives a service token another client secret, by an administrator's API token.

use std::sync::Arc;

use usher_proto::{CredentialId, Kind, Secret, Timestamp};

use super::{Rotated, until_heard};
use crate::broker::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::Region;
use crate::cloudflare::service_token;
use crate::store::Record;

impl Broker {
    /// Rotates a service token; the secret before is taken for `overlap` seconds more.
    pub async fn rotate_service_token(
        &self,
        id: &CredentialId,
        overlap: u32,
    ) -> Result<Rotated, BrokerError> {
        self.read().await?;
        let _turn = self.rotating.lock().await;
        // Locked in the middle the agent could not keep the new secret, which is told once.
        let _open = self.turning.lock().await;
        let held = self.inner().cache.record(id).ok_or(BrokerError::NoSuchId)?;
        let client_id = held.credential.client_id.as_deref();
        let client_id = client_id.filter(|_| held.credential.kind == Kind::ServiceToken);
        let client_id = client_id.ok_or(BrokerError::NotAServiceToken)?;
        let overlap = (overlap > 0).then(|| Timestamp(self.clock.now().0 + i64::from(overlap)));
        let mut refused = BrokerError::NoApiToken;
        let region = Region::of(held.credential.team.as_ref());
        for authority in self.api_tokens(&held.credential.profile, region) {
            let api = authority.api(self.edge()?);
            let rotated = async { rotated(&api, &self.accounts(&api).await?, client_id, overlap).await };
            match rotated.await {
                Ok(secret) => {
                    let secret = service_token::with_client_secret(&held.secret, &secret)?.into();
                    let credential = Arc::clone(&held.credential);
                    self.put_in_place(Record { secret, credential: Arc::clone(&credential) }).await?;
                    return Ok(Rotated { credential, deployed: 0, finished: true, overlap });
                }
                Err(ApiError::AnswerLost) => return Err(BrokerError::SecretLost),
                Err(error) => refused = authority.refused(error),
            }
            let not_there = matches!(refused, BrokerError::Api { error: ApiError::NotFound, .. });
            if !not_there && !refused.is_of_authority() {
                break;
            }
        }
        Err(refused)
    }
}

/// Rotates it in whichever account has it.
async fn rotated(
    api: &Api<'_>,
    accounts: &[String],
    client_id: &str,
    overlap: Option<Timestamp>,
) -> Result<Secret, ApiError> {
    for account in accounts {
        let Some(found) = api.service_token_by_client_id(account, client_id).await? else { continue };
        return until_heard(|| api.rotate_service_token(account, &found.id, overlap)).await;
    }
    Err(ApiError::NotFound)
}
