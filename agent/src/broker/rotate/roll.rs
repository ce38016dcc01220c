//! Gives the API token in an account certificate another value. The one before ends at once, so its id
//! is noted first: should the answer be lost, only the id gives yet another value.

use std::sync::Arc;

use usher_proto::{CredentialId, Kind, Secret};

use super::Rotated;
use super::service_token::TRIES;
use crate::broker::notes::rotating_id;
use crate::broker::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError, Owner};
use crate::cloudflare::certificate;
use crate::store::{Matter, Note, Record};

impl Broker {
    /// Rolls the certificate's API token with another one that may do that.
    pub async fn roll_certificate(self: &Arc<Self>, id: &CredentialId) -> Result<Rotated, BrokerError> {
        let held = self.certificate(Some(id), &usher_proto::ProfileName::default()).await?;
        let _turn = self.rotating.lock().await;
        let (region, own) = certificate::api_token(&held.secret)?;
        let note_id = rotating_id(id);
        let begun = self.noted(&note_id).and_then(|note| match note.matter {
            Matter::Rolling { token, .. } => Some(token),
            _ => None,
        });
        let token = match begun {
            Some(token) => token,
            None => {
                self.edge()?
                    .api(region, &own)
                    .verify()
                    .await
                    .map_err(|error| BrokerError::Api { with: Kind::AccountCert, error })?
                    .id
            }
        };
        let matter = Matter::Rolling { credential: Arc::clone(&held.credential), token: token.clone() };
        self.note(Note { id: note_id.clone(), matter, secret: None }).await?;
        let mut refused = BrokerError::NoApiToken;
        for authority in self.api_tokens(&held.credential.profile) {
            let value = match rolled(&self.edge()?.api(region, &authority.token), &token).await {
                Ok(value) => value,
                Err(ApiError::AnswerLost) => return Err(BrokerError::SecretLost),
                Err(error @ (ApiError::Unauthorized { .. } | ApiError::BadToken)) => {
                    refused = BrokerError::Api { with: Kind::ApiToken, error };
                    continue;
                }
                Err(error) => return Err(BrokerError::Api { with: Kind::ApiToken, error }),
            };
            let secret = certificate::with_api_token(&held.secret, &value)?;
            self.put_in_place(Record { credential: Arc::clone(&held.credential), secret: secret.into() })
                .await;
            self.unnote(&note_id).await;
            return Ok(Rotated { credential: held.credential, deployed: 0, finished: true, overlap: None });
        }
        self.unnote(&note_id).await; // nothing was changed
        Err(refused)
    }
}

async fn rolled(api: &Api<'_>, token: &str) -> Result<Secret, ApiError> {
    for _ in 1..TRIES {
        match api.roll_token(Owner::User, token).await {
            Err(ApiError::AnswerLost) => {}
            done => return done,
        }
    }
    api.roll_token(Owner::User, token).await
}
