//! API tokens: whether one lives, and its end.

use serde::{Deserialize, Serialize};
use usher_proto::{Secret, Timestamp};

use super::question::Question;
use super::{Api, ApiError, id, member};
use crate::cloudflare::http::Method;

/// Whose an API token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A person's.
    User,
    /// An account's, with the account's id.
    Account(&'a str),
}

/// What an API token says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    /// Its id, by which it can be deleted.
    pub id: String,
    /// Whether it lives.
    pub status: TokenStatus,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

/// Whether an API token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenStatus {
    /// It is taken.
    Active,
    /// Its owner has switched it off.
    Disabled,
    /// It has ended.
    Expired,
}

impl Api<'_> {
    /// Asks whether the credential lives, which is a token of this owner.
    pub async fn verify(&self, owner: Owner<'_>) -> Result<TokenState, ApiError> {
        #[derive(Deserialize)]
        struct State {
            id: String,
            status: TokenStatus,
            #[serde(default)]
            expires_on: Option<String>,
        }
        let question = Question::get(format!("{}/verify", owner.tokens()?));
        let State { id, status, expires_on } = self.read(&question).await?.result()?;
        let id = id::token(&id).map_err(|_| ApiError::NotUnderstood("its token has no id"))?.to_owned();
        Ok(TokenState { id, status, expires: expires_on.as_deref().and_then(member::moment) })
    }

    /// Deletes an API token.
    pub async fn delete_token(&self, owner: Owner<'_>, id: &str) -> Result<(), ApiError> {
        let path = format!("{}/{}", owner.tokens()?, id::token(id)?);
        self.write(&Question::new(Method::Delete, path).needs(owner.writing())).await
    }

    /// Gives an API token another secret, which is told once; the old one ends at once.
    ///
    /// # Errors
    /// [`ApiError::AnswerLost`] if the secret may be another one now, which nobody knows.
    pub async fn roll_token(&self, owner: Owner<'_>, id: &str) -> Result<Secret, ApiError> {
        #[derive(Serialize)]
        struct Nothing {}
        let path = format!("{}/{}/value", owner.tokens()?, id::token(id)?);
        let question = Question::new(Method::Put, path).body(&Nothing {})?.needs(owner.writing());
        self.write_once(&question, |answer| answer.secret()).await
    }
}

impl Owner<'_> {
    fn tokens(self) -> Result<String, ApiError> {
        Ok(match self {
            Owner::User => "/user/tokens".to_owned(),
            Owner::Account(account) => format!("/accounts/{}/tokens", id::account(account)?),
        })
    }

    fn writing(self) -> &'static str {
        match self {
            Owner::User => "API Tokens Write",
            Owner::Account(_) => "Account API Tokens Write",
        }
    }
}
