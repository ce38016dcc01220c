//! How a credential of each kind is ended, and which ones before which.

use std::sync::Arc;

use usher_proto::{Credential, Kind};

use super::{End, Ending, Why};
use crate::broker::Broker;
use crate::cloudflare::edge::Region;
use crate::store::Reach;

/// How a credential is ended at Cloudflare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It has ended by itself.
    Expired,
    /// Its session is logged out.
    LogOut,
    /// Every session of its application is revoked.
    RevokeApp,
    /// Every session of its person is revoked.
    RevokePerson,
    /// The service token is deleted.
    DeleteServiceToken,
    /// The tunnel gets another secret, and its connectors are cut.
    ChangeTunnel,
    /// The API token is deleted.
    DeleteApiToken,
}

impl Broker {
    /// Tells what would be done, and where nothing here can do it. Whether an API token may do what it
    /// would have to, is only known when it is asked.
    pub(super) fn planned(&self, (credential, reach): &(Arc<Credential>, Reach)) -> Ending {
        let way = self.way(credential, *reach);
        let profile = &credential.profile;
        let no_api_token = || self.api_tokens(profile, Region::Commercial).is_empty();
        let account = credential.account.as_deref().unwrap_or_default();
        let lacks = match way {
            Way::DeleteApiToken if no_api_token() => Some(Why::ByHand { id: None }),
            Way::DeleteServiceToken | Way::RevokeApp if no_api_token() => Some(Why::NoAuthority),
            Way::ChangeTunnel if self.authorities_for(account, profile, Region::Commercial).is_empty() => {
                Some(Why::NoAuthority)
            }
            Way::LogOut if *reach != Reach::Itself => Some(Why::OthersRemain),
            _ => None,
        };
        Ending { credential: Arc::clone(credential), way, end: End::Planned(lacks) }
    }

    /// Tells how a credential is ended with what is held now.
    pub(super) fn way(&self, credential: &Credential, reach: Reach) -> Way {
        if credential.is_expired(self.clock.now()) {
            return Way::Expired;
        }
        let by_api = !self.api_tokens(&credential.profile, Region::Commercial).is_empty();
        match credential.kind {
            Kind::AppToken if credential.client_id.is_some() => Way::RevokeApp,
            Kind::AppToken if by_api && reach == Reach::App => Way::RevokeApp,
            Kind::AppToken | Kind::OrgToken if by_api && reach == Reach::Person => Way::RevokePerson,
            Kind::AppToken | Kind::OrgToken => Way::LogOut,
            Kind::ServiceToken => Way::DeleteServiceToken,
            Kind::Tunnel => Way::ChangeTunnel,
            Kind::AccountCert | Kind::ApiToken => Way::DeleteApiToken,
        }
    }
}

/// Tells which credentials are ended first. An org token ends the session of the app tokens after it;
/// what others are ended with comes last.
pub(super) fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::OrgToken => 0,
        Kind::AppToken => 1,
        Kind::ServiceToken => 2,
        Kind::Tunnel => 3,
        Kind::AccountCert => 4,
        Kind::ApiToken => 5,
    }
}
