//! Access applications, and the end of the sessions of one of them or of one person.

use serde::{Deserialize, Serialize};
use usher_proto::Audience;

use super::question::Question;
use super::{Api, ApiError, id, member};
use crate::cloudflare::http::Method;

/// An Access application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id, a UUID; not the AUD tag.
    pub id: String,
}

/// An application as it stands in the list, with what it is found by.
#[derive(PartialEq, Deserialize)]
struct Listed {
    #[serde(deserialize_with = "member::uuid")]
    id: String,
    /// Some kinds of application have none.
    #[serde(default)]
    aud: Option<String>,
}

impl Api<'_> {
    /// Finds an application by its AUD tag.
    pub async fn app_by_audience(&self, account: &str, audience: &Audience) -> Result<Option<App>, ApiError> {
        let path = format!("{}/apps", access(account)?);
        let question =
            Question::get(path).with("aud", audience.as_str()).needs("Access: Apps and Policies Read");
        let all: Vec<Listed> = self.list(&question).await?;
        let found = all.into_iter().find(|app| app.aud.as_deref() == Some(audience.as_str()));
        Ok(found.map(|app| App { id: app.id }))
    }

    /// Ends all sessions at an application. Who may log in can begin another one.
    pub async fn revoke_app_tokens(&self, account: &str, app: &str) -> Result<(), ApiError> {
        let path = format!("{}/apps/{}/revoke_tokens", access(account)?, id::uuid(app)?);
        self.write(&Question::new(Method::Post, path).needs("Access: Apps and Policies Revoke")).await
    }

    /// Ends all sessions of a person at all applications, who cannot log in again for up to a minute.
    pub async fn revoke_user(&self, account: &str, email: &str) -> Result<(), ApiError> {
        #[derive(Serialize)]
        struct Person<'a> {
            email: &'a str,
        }
        let path = format!("{}/organizations/revoke_user", access(account)?);
        let question =
            Question::new(Method::Post, path).body(&Person { email })?.needs("Access: Organizations Revoke");
        self.write(&question).await
    }
}

/// Makes the path of what an account has of Access.
pub(super) fn access(account: &str) -> Result<String, ApiError> {
    Ok(format!("/accounts/{}/access", id::account(account)?))
}
