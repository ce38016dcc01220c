//! Cloudflare's REST API: what can be asked of it stands in the file of what it is about, and how all
//! of it is asked in `question`, `outcome` and `retry`.
//!
//! A read is tried again when it fails in passing. A write is tried again only where to do it twice is
//! as good as once; one whose answer was lost is looked up first, if there is a way to.

mod access;
mod accounts;
mod service_tokens;
mod tokens;
mod tunnel_secret;
mod tunnels;

pub(super) mod envelope;
mod error;
mod id;
mod member;
pub(super) mod outcome;
mod pages;
mod question;
mod refusal;
mod retry;

use usher_proto::Secret;

pub use self::access::App;
pub use self::accounts::Account;
pub use self::error::ApiError;
pub use self::service_tokens::ServiceTokenFacts;
pub use self::tokens::{Owner, TokenState, TokenStatus};
pub use self::tunnels::{Connector, Tunnel, TunnelFilter, TunnelStatus};
use super::edge::{Edge, Region};

/// The REST API, with one credential.
pub struct Api<'e> {
    edge: &'e Edge,
    host: &'static str,
    token: &'e Secret,
}

impl<'e> Api<'e> {
    pub(super) fn new(edge: &'e Edge, region: Region, token: &'e Secret) -> Self {
        Self { edge, host: region.api(), token }
    }
}

impl Region {
    /// Names the host of the API.
    pub fn api(self) -> &'static str {
        match self {
            Region::Commercial => "api.cloudflare.com",
            Region::Fedramp => "api.fed.cloudflare.com",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::cloudflare::http::Network;
    use crate::cloudflare::testing::{AUD, secret};

    #[test]
    fn every_call_may_be_made_in_a_task() {
        fn is_send<T: Send>(_: T) {}
        let edge = Edge::new(Network::default(), Arc::new(SystemClock));
        let (token, audience) = (secret("token"), AUD.parse().expect("an AUD"));
        let api = edge.api(Region::Commercial, &token);
        is_send(api.accounts());
        is_send(api.verify(Owner::User));
        is_send(api.verify(Owner::Account("")));
        is_send(api.delete_token(Owner::User, ""));
        is_send(api.roll_token(Owner::Account(""), ""));
        is_send(api.tunnels("", TunnelFilter::default()));
        is_send(api.tunnel("", ""));
        is_send(api.tunnel_token("", ""));
        is_send(api.set_tunnel_secret("", "", "", &token));
        is_send(api.connectors("", ""));
        is_send(api.drop_connections("", "", None));
        is_send(api.app_by_audience("", &audience));
        is_send(api.revoke_app_tokens("", ""));
        is_send(api.revoke_user("", ""));
        is_send(api.service_token_by_client_id("", ""));
        is_send(api.delete_service_token("", ""));
        is_send(api.rotate_service_token("", "", None));
    }

    #[tokio::test]
    async fn what_is_no_id_is_not_asked_for() {
        let edge = Edge::new(Network::default(), Arc::new(SystemClock));
        let token = secret("token");
        let api = edge.api(Region::Commercial, &token);
        let account = "0123456789abcdef0123456789abcdef";
        let tunnel = api.tunnel(account, "../../user/tokens").await;
        assert!(matches!(tunnel, Err(ApiError::Unsendable(_))), "{tunnel:?}");
        let deleted = api.delete_token(Owner::User, "verify").await;
        assert!(matches!(deleted, Err(ApiError::Unsendable(_))), "{deleted:?}");
        let id = "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415";
        let changed = api.set_tunnel_secret(account, id, "name", &secret("c2hvcnQ=")).await;
        assert!(matches!(changed, Err(ApiError::Unsendable(_))), "{changed:?}");
    }
}
