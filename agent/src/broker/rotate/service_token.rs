//! Gives a service token another client secret, by an administrator's API token.

use usher_proto::{CredentialId, Kind, Timestamp};

use super::Rotated;
use crate::broker::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::service_token;
use crate::store::Record;

/// So often a new secret is asked for whose answer was lost. It is lost for good, and only yet another
/// one helps.
pub(super) const TRIES: u32 = 3;

impl Broker {
    /// Rotates a service token; the secret before is taken for `overlap` seconds more.
    pub async fn rotate_service_token(
        &self,
        id: &CredentialId,
        overlap: u32,
    ) -> Result<Rotated, BrokerError> {
        self.read().await?;
        let _turn = self.rotating.lock().await;
        let held = self.inner().cache.record(id).ok_or(BrokerError::NoSuchId)?;
        let Some(client_id) =
            held.credential.client_id.as_deref().filter(|_| held.credential.kind == Kind::ServiceToken)
        else {
            return Err(BrokerError::NotAServiceToken);
        };
        let until = (overlap > 0).then(|| Timestamp(self.clock.now().0 + i64::from(overlap)));
        let mut refused = BrokerError::NoApiToken;
        for authority in self.api_tokens(&held.credential.profile) {
            let api = self.api(&authority, None)?;
            let secret = match rotated(&api, client_id, until).await {
                Ok(secret) => secret,
                Err(ApiError::AnswerLost) => return Err(BrokerError::SecretLost),
                Err(error @ (ApiError::Unauthorized { .. } | ApiError::BadToken | ApiError::NotFound)) => {
                    refused = BrokerError::Api { with: Kind::ApiToken, error };
                    continue;
                }
                Err(error) => return Err(BrokerError::Api { with: Kind::ApiToken, error }),
            };
            let secret = service_token::with_client_secret(&held.secret, &secret)?;
            let record = Record { credential: held.credential.clone(), secret: secret.into() };
            self.put_in_place(record).await;
            return Ok(Rotated { credential: held.credential, deployed: 0, finished: true, overlap: until });
        }
        Err(refused)
    }
}

async fn rotated(
    api: &Api<'_>,
    client_id: &str,
    until: Option<Timestamp>,
) -> Result<usher_proto::Secret, ApiError> {
    for account in api.accounts().await? {
        let Some(found) = api.service_token_by_client_id(&account.id, client_id).await? else { continue };
        for _ in 1..TRIES {
            match api.rotate_service_token(&account.id, &found.id, until).await {
                Err(ApiError::AnswerLost) => {}
                done => return done,
            }
        }
        return api.rotate_service_token(&account.id, &found.id, until).await;
    }
    Err(ApiError::NotFound)
}
