//! Service tokens: which is meant, its end, and another secret for it.

use serde::{Deserialize, Serialize};
use usher_proto::{Secret, Timestamp, date};

use super::access::access;
use super::question::Question;
use super::{Api, ApiError, id, member};
use crate::cloudflare::http::Method;

const READ: &str = "Access: Service Tokens Read";
const WRITE: &str = "Access: Service Tokens Write";

/// What the API knows of a service token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServiceTokenFacts {
    /// Its id, a UUID; not the client id.
    #[serde(deserialize_with = "member::uuid")]
    pub id: String,
    /// What its owner calls it.
    #[serde(default, deserialize_with = "member::text")]
    pub name: String,
    /// When it ends.
    #[serde(default, rename = "expires_at", deserialize_with = "member::time")]
    pub expires: Option<Timestamp>,
    /// The public half of the pair.
    #[serde(default, deserialize_with = "member::text")]
    pub client_id: String,
}

impl Api<'_> {
    /// Finds a service token by its client id.
    pub async fn service_token_by_client_id(
        &self,
        account: &str,
        client_id: &str,
    ) -> Result<Option<ServiceTokenFacts>, ApiError> {
        let question = Question::get(format!("{}/service_tokens", access(account)?)).needs(READ);
        let all: Vec<ServiceTokenFacts> = self.list(&question).await?;
        Ok(all.into_iter().find(|token| token.client_id == client_id))
    }

    /// Deletes a service token.
    pub async fn delete_service_token(&self, account: &str, id: &str) -> Result<(), ApiError> {
        self.write(&Question::new(Method::Delete, token_at(account, id)?).needs(WRITE)).await
    }

    /// Gives a service token another client secret, which is told once. The old one ends at once, or
    /// when it is said to.
    ///
    /// # Errors
    /// [`ApiError::AnswerLost`] if the secret may be another one now, which nobody knows.
    pub async fn rotate_service_token(
        &self,
        account: &str,
        id: &str,
        previous_expires: Option<Timestamp>,
    ) -> Result<Secret, ApiError> {
        #[derive(Serialize)]
        struct Rotation {
            #[serde(skip_serializing_if = "Option::is_none")]
            previous_client_secret_expires_at: Option<String>,
        }
        #[derive(Deserialize)]
        struct Rotated {
            #[serde(with = "usher_proto::secret::wire")]
            client_secret: Secret,
        }
        let path = format!("{}/rotate", token_at(account, id)?);
        let rotation = Rotation { previous_client_secret_expires_at: previous_expires.map(date::written) };
        let question = Question::new(Method::Post, path).body(&rotation)?.needs(WRITE);
        self.write_once(&question, |answer| answer.result().map(|Rotated { client_secret }| client_secret))
            .await
    }
}

fn token_at(account: &str, id: &str) -> Result<String, ApiError> {
    Ok(format!("{}/service_tokens/{}", access(account)?, id::uuid(id)?))
}
