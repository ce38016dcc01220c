//! How credentials are ended, and why some are not, in words.

use usher_proto::revocation::{RevocationState, Revoked};
use usher_proto::{Credential, Kind, Refusal};

use crate::broker::revoke::{End, Ending, Way, Why};

impl From<&Ending> for Revoked {
    fn from(ending: &Ending) -> Self {
        let Ending { credential, way, end } = ending;
        let (state, why) = match end {
            End::Planned(why) => (RevocationState::Planned, why.as_ref()),
            End::Done => (RevocationState::Done, None),
            End::Pending(why) => (RevocationState::Pending, Some(why)),
            End::StillValid(why) => (RevocationState::StillValid, Some(why)),
        };
        Revoked {
            credential: credential.clone(),
            state,
            how: how(*way, state == RevocationState::Done).to_owned(),
            why: why.map(|why| words(why, credential)),
            until: credential.expires.filter(|_| state != RevocationState::Done),
        }
    }
}

fn how(way: Way, done: bool) -> &'static str {
    match (way, done) {
        (Way::Expired, _) => "it has ended by itself",
        (Way::LogOut, false) => "log its session out, for all applications",
        (Way::LogOut, true) => "its session was logged out",
        (Way::RevokeApp, false) => "revoke every session of the application",
        (Way::RevokeApp, true) => "every session of the application was revoked",
        (Way::RevokePerson, false) => "revoke every session of the person",
        (Way::RevokePerson, true) => "every session of the person was revoked",
        (Way::DeleteServiceToken, false) => "delete the service token",
        (Way::DeleteServiceToken, true) => "the service token was deleted",
        (Way::ChangeTunnel, false) => "change the tunnel's secret, and cut its connectors",
        (Way::ChangeTunnel, true) => "the tunnel's secret was changed, and its connectors were cut",
        (Way::DeleteApiToken, false) => "delete the API token",
        (Way::DeleteApiToken, true) => "the API token was deleted",
    }
}

fn words(why: &Why, credential: &Credential) -> String {
    match why {
        Why::NotTried => "it is about to be tried".to_owned(),
        Why::Offline => {
            "the agent was told never to go out; take `offline = true` out of the config file".to_owned()
        }
        Why::Failed(error) => {
            let with = if credential.kind == Kind::Tunnel { Kind::AccountCert } else { Kind::ApiToken };
            let Refusal { message, hint, .. } = super::api::words(with, error.clone());
            format!("{message}; {hint}")
        }
        Why::Settling => "Cloudflare was told; it takes up to half a minute until it refuses it".to_owned(),
        Why::StillNeeded => "others are ended with it first".to_owned(),
        Why::StillTaken => {
            "Cloudflare was told and takes it all the same; an administrator can revoke it".to_owned()
        }
        Why::NoAuthority => no_authority(credential),
        Why::OthersRemain => {
            format!("it is revoked itself; to revoke the other sessions too, {}", no_authority(credential))
        }
        Why::NotFound => "none of the accounts that can be asked from here has it".to_owned(),
        Why::NoUrl => {
            "its application covers many hosts, and it is not known at which to ask whether it is refused"
                .to_owned()
        }
        Why::ByHand { id } => by_hand(id.as_deref(), credential),
        Why::Unsaved(error) => {
            format!("it could not be noted, so it is forgotten if the agent ends before: {error}")
        }
    }
}

/// Says who can do it, and where.
fn no_authority(credential: &Credential) -> String {
    let (place, with) = match credential.kind {
        Kind::ServiceToken => (
            "Zero Trust > Access > Service credentials",
            "an API token that has Access: Service Tokens Write",
        ),
        Kind::Tunnel => {
            ("Zero Trust > Networks > Tunnels", "the account's certificate: `usher tunnel login`")
        }
        _ => ("Zero Trust > Access > Applications", "an API token that has Access: Apps and Policies Revoke"),
    };
    format!("nothing here may do that: do it in the dashboard at {place}, or import {with}")
}

fn by_hand(id: Option<&str>, credential: &Credential) -> String {
    let name = match credential.kind {
        Kind::AccountCert => "Cloudflare Tunnel API Token or Argo Tunnel API Token",
        _ => credential.label.as_str(),
    };
    let id = id.map(|id| format!(", id {id}")).unwrap_or_default();
    format!(
        "no API token here may delete it: delete it in the dashboard at My Profile > API Tokens ({name}{id})"
    )
}
