//! Gives the API token in an account certificate another value. The one before ends at once, so its id
//! is noted first: should the answer be lost, only the id gives yet another value.

use std::sync::Arc;

use usher_proto::{CredentialId, ProfileName, Secret};

use super::{Rotated, until_heard};
use crate::broker::authority::Authority;
use crate::broker::notes::rotating_id;
use crate::broker::{Broker, BrokerError};
use crate::cloudflare::api::{ApiError, Owner};
use crate::cloudflare::certificate;
use crate::store::{Matter, Note, Record};

impl Broker {
    /// Rolls the certificate's API token with another one that may do that.
    pub async fn roll_certificate(&self, id: &CredentialId) -> Result<Rotated, BrokerError> {
        let held = self.certificate(Some(id), &ProfileName::default()).await?;
        let _turn = self.rotating.lock().await;
        // Locked in the middle the agent could not keep the new secret, which is told once.
        let _open = self.turning.lock().await;
        let own = Authority::of_certificate(&held)?;
        let note_id = rotating_id(id);
        let begun = self.noted(&note_id).and_then(|note| match note.matter {
            Matter::Rolling { token, .. } => Some(token),
            _ => None,
        });
        let is_new = begun.is_none();
        let token = match begun {
            Some(token) => token,
            None => own.api(self.edge()?).verify(Owner::User).await.map_err(|error| own.refused(error))?.id,
        };
        let matter = Matter::Rolling { credential: Arc::clone(&held.credential), token: token.clone() };
        self.note(Note { id: note_id.clone(), matter, secret: None }).await?;
        match self.roll(&own, &token).await {
            Ok(value) => {
                let secret = certificate::with_api_token(&held.secret, &value)?.into();
                self.put_in_place(Record { secret, credential: Arc::clone(&held.credential) }).await?;
                self.unnote(&note_id).await;
                Ok(Rotated { credential: held.credential, deployed: 0, finished: true, overlap: None })
            }
            Err(error) => {
                if is_new && error != BrokerError::SecretLost {
                    self.unnote(&note_id).await; // nothing was changed
                }
                Err(error)
            }
        }
    }

    /// Asks with each API token until one may do it.
    async fn roll(&self, own: &Authority, token: &str) -> Result<Secret, BrokerError> {
        let mut refused = BrokerError::NoApiToken;
        for authority in self.api_tokens(&own.credential.profile, own.region) {
            let api = authority.api(self.edge()?);
            match until_heard(|| api.roll_token(Owner::User, token)).await {
                Ok(value) => return Ok(value),
                Err(ApiError::AnswerLost) => return Err(BrokerError::SecretLost),
                Err(error) => refused = authority.refused(error),
            }
            if !refused.is_of_authority() {
                break;
            }
        }
        Err(refused)
    }
}
