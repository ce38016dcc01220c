//! The accounts that a credential may see.

use serde::Deserialize;

use super::question::Question;
use super::{Api, ApiError, member};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    #[serde(default, deserialize_with = "member::text")]
    pub name: String,
}

impl Api<'_> {
    /// Lists the accounts that the credential may see.
    pub async fn accounts(&self) -> Result<Vec<Account>, ApiError> {
        self.list(&Question::get("/accounts".to_owned()).needs("Account Settings Read")).await
    }
}
