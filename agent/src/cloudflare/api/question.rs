//! One way for every call: an address on the API's own host, the credential in its header, and an
//! answer in the envelope.

use std::time::Duration;

use serde::Serialize;
use tokio::time::sleep;
use url::Url;

use super::envelope::Envelope;
use super::outcome::{self, Failed};
use super::{Api, ApiError, retry};
use crate::cloudflare::http::{Call, Json, Method, Unanswered, Unsendable};

/// For a call and its answer; as with cloudflared.
const LIMIT: Duration = Duration::from_secs(15);

/// What is asked.
pub(super) struct Question<'a> {
    method: Method,
    /// Below the API's base; made of checked ids.
    path: String,
    query: Vec<(&'static str, &'a str)>,
    body: Option<Json>,
    permission: Option<&'static str>,
}

impl<'a> Question<'a> {
    pub(super) fn new(method: Method, path: String) -> Self {
        Self { method, path, query: Vec::new(), body: None, permission: None }
    }

    pub(super) fn get(path: String) -> Self {
        Self::new(Method::Get, path)
    }

    /// Adds a parameter.
    pub(super) fn with(mut self, name: &'static str, value: &'a str) -> Self {
        self.query.push((name, value));
        self
    }

    pub(super) fn body(self, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = Json::of(body).map_err(|Unsendable| ApiError::Unsendable("it holds what is no text"))?;
        Ok(Self { body: Some(body), ..self })
    }

    /// Names what the call needs, to be told if it is refused.
    pub(super) fn needs(self, permission: &'static str) -> Self {
        Self { permission: Some(permission), ..self }
    }
}

impl Api<'_> {
    /// Makes a call that may be made again: a read.
    pub(super) async fn read(&self, question: &Question<'_>) -> Result<Envelope, ApiError> {
        self.read_page(question, &[]).await
    }

    /// The same, with parameters that change from page to page.
    pub(super) async fn read_page(
        &self,
        question: &Question<'_>,
        page: &[(&str, &str)],
    ) -> Result<Envelope, ApiError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let Failed { error, after, .. } = match self.once(question, page).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let Some(pause) = retry::pause(&error, after, tried) else { return Err(error) };
            sleep(pause).await;
        }
    }

    /// Makes a write of which twice is as good as once. What is not there any more after an answer was
    /// lost is what was to be taken away.
    ///
    /// # Errors
    /// It was not done, or it is not known whether it was: to ask again is as good.
    pub(super) async fn write(&self, question: &Question<'_>) -> Result<(), ApiError> {
        let (mut tried, mut lost) = (0, false);
        loop {
            tried += 1;
            let failed = match self.once(question, &[]).await {
                Ok(_) => return Ok(()),
                Err(Failed { error: ApiError::NotFound, .. }) if lost => return Ok(()),
                Err(failed) => failed,
            };
            lost |= failed.lost;
            let pause = retry::pause(&failed.error, failed.after, tried);
            let Some(pause) = pause else { return Err(failed.error) };
            sleep(pause).await;
        }
    }

    /// Makes a write that must not be made twice, and whose answer holds what is nowhere else.
    pub(super) async fn write_once<T>(
        &self,
        question: &Question<'_>,
        read: impl FnOnce(&Envelope) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        match self.once(question, &[]).await {
            Ok(answer) => read(&answer).map_err(|_| ApiError::AnswerLost),
            Err(Failed { lost: true, .. }) => Err(ApiError::AnswerLost),
            Err(failed) => Err(failed.error),
        }
    }

    /// Makes a call.
    pub(super) async fn once(
        &self,
        question: &Question<'_>,
        page: &[(&str, &str)],
    ) -> Result<Envelope, Failed> {
        let call = self.call(question, page).map_err(Failed::before)?;
        let mut reply = match self.edge.http.send(call).await {
            Ok(reply) => reply,
            Err(Unanswered { error, sent }) => {
                return Err(Failed { error: ApiError::Edge(error), after: None, lost: sent });
            }
        };
        let body = reply.body().await;
        outcome::read(&reply.head, body, question.permission, self.edge.clock.now())
    }

    fn call(&self, question: &Question<'_>, page: &[(&str, &str)]) -> Result<Call, ApiError> {
        let address = format!("https://{}/client/v4{}", self.host, question.path);
        let mut url = Url::parse(&address).map_err(|_| ApiError::Unsendable("it has no address"))?;
        if !(question.query.is_empty() && page.is_empty()) {
            url.query_pairs_mut().extend_pairs(&question.query).extend_pairs(page);
        }
        let mut call = Call::new(question.method, url, LIMIT).with("accept", "application/json");
        if let Some(body) = &question.body {
            call = call.with_body(body);
        }
        // A credential of another form was never one.
        call.with_secret("authorization", "Bearer ", self.token).map_err(|Unsendable| ApiError::BadToken)
    }
}
