//! The request headers that open an application.

use std::sync::Arc;

use usher_proto::answer::Header;
use usher_proto::{Credential, HeaderName};

use super::{Broker, BrokerError, Want};
use crate::cloudflare::service_token;

/// The header in which Access takes an app token.
const APP_TOKEN: &str = "cf-access-token";

impl Broker {
    /// Gets the headers for a URL: those of the service token that is for it, else an app token's.
    pub async fn headers(
        self: &Arc<Self>,
        want: &Want,
    ) -> Result<(Vec<Header>, Arc<Credential>), BrokerError> {
        self.read().await?;
        let service = self.inner().cache.service_token(&want.profile, &want.app, None);
        let service = match service {
            Some(service) => Some(service),
            None if self.inner().cache.has_team_service(&want.profile) => {
                let app = self.application(&want.profile, &want.app).await?;
                self.inner().cache.service_token(&want.profile, &want.app, Some(&app.team))
            }
            None => None,
        };
        if let Some(service) = service {
            let headers = service_token::headers(&service.secret)?;
            let headers = headers.into_iter().map(|(name, value)| Header { name, value: Arc::new(value) });
            return Ok((headers.collect(), service.credential));
        }
        let record = self.token(want).await?;
        let name: HeaderName = APP_TOKEN.parse().map_err(|_| BrokerError::NotAnAppToken)?;
        Ok((vec![Header { name, value: record.secret }], record.credential))
    }
}
