//! Whose credentials a request is about: some profiles lock themselves before others.

use usher_proto::Request;
use usher_proto::request::Target;
use usher_proto::revocation::Revocation;

use crate::broker::{Want, Whose};

/// Tells whose credentials a request is about.
pub(super) fn whose(request: &Request) -> Whose<'_> {
    match request {
        Request::Token { profile, .. }
        | Request::Login { profile, .. }
        | Request::Headers { profile, .. }
        | Request::CertLogin { profile, .. }
        | Request::Refresh { target: Target::App(_), profile }
        | Request::Verify { target: Target::App(_), profile }
        | Request::Cert { id: None, profile }
        | Request::Tunnels { cert: None, profile }
        | Request::List { profile: Some(profile), .. }
        | Request::ForgetAll { profile: Some(profile) } => Whose::Profile(profile),
        Request::Import(import) | Request::WasRevoked(import) => Whose::Profile(&import.profile),
        Request::Tunnel(which)
        | Request::TunnelSecret { which, .. }
        | Request::RotateTunnel { which, .. } => Whose::Profile(&which.profile),
        Request::Refresh { target: Target::Id(id), .. }
        | Request::Verify { target: Target::Id(id), .. }
        | Request::Cert { id: Some(id), .. }
        | Request::Tunnels { cert: Some(id), .. }
        | Request::Show { id }
        | Request::Forget { id }
        | Request::Deployed { id, .. }
        | Request::RotateServiceToken { id, .. }
        | Request::RollCert { id } => Whose::Named(vec![id]),
        Request::Revoke { what, .. } => revoked(what),
        Request::ForgetAll { profile: None } => Whose::Everybody,
        Request::Hello {}
        | Request::List { profile: None, .. }
        | Request::Status {}
        | Request::Lock { .. }
        | Request::Unlock { .. }
        | Request::Pending {}
        | Request::Sandbox {}
        | Request::Watch { .. }
        | Request::Stop {} => Whose::Nobody,
    }
}

fn revoked(what: &Revocation) -> Whose<'_> {
    match what {
        Revocation::Each(targets) => {
            let ids = targets.iter().map(|target| match target {
                Target::Id(id) => Some(id),
                Target::App(_) => None, // of whichever profile has its token
            });
            ids.collect::<Option<_>>().map_or(Whose::Everybody, Whose::Named)
        }
        Revocation::All(Some(profile)) => Whose::Profile(profile),
        Revocation::All(None) | Revocation::App(_) | Revocation::Person(_) => Whose::Everybody,
        Revocation::Pending => Whose::Nobody,
    }
}

/// Tells which token a request wants, if it wants one.
pub(super) fn wanted(request: &Request) -> Option<Want> {
    match request {
        Request::Token { app, profile, min_valid }
        | Request::Headers { app, profile, min_valid }
        | Request::Login { app, profile, min_valid, .. } => {
            Some(Want { app: app.clone(), profile: profile.clone(), min_valid: *min_valid })
        }
        _ => None,
    }
}
