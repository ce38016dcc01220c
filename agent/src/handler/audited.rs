//! Which requests stand in the audit log, and what their lines say.

use std::sync::Arc;

use usher_proto::answer::Imported;
use usher_proto::request::{Import, Origin, Target};
use usher_proto::revocation::Revocation;
use usher_proto::{Answer, AppUrl, CredentialId, ProfileName, Request};

use crate::audit::{About, Audit, Named, Note, Outcome};
use crate::broker::{Broker, Want};
use crate::peer::{Peer, Program};

/// A request that stands in the log, before it is known what becomes of it.
pub(super) struct Entry {
    who: Arc<Program>,
    verb: &'static str,
    /// What it is about, as far as the request says it.
    about: About,
    /// It changes something or lends a secret that does not end by itself: its line is written before it
    /// is answered.
    at_once: bool,
}

impl Entry {
    /// Begins the line of a request, if it has one: those that only look have none. Now, because who asks
    /// may be gone when it is answered.
    pub(super) fn of(request: &Request, peer: &Peer, broker: &Broker) -> Option<Self> {
        let by_id = |id: &CredentialId| match broker.known(id) {
            Some(credential) => About::Credential(credential),
            None => named(Named { id: Some(id.clone()), ..Named::default() }),
        };
        let of_target = |target: &Target, profile: &ProfileName| match target {
            Target::Id(id) => by_id(id),
            Target::App(app) => at(app, profile),
        };
        let of = |profile: Option<&ProfileName>| match profile {
            Some(profile) => named(Named { profile: Some(profile.clone()), ..Named::default() }),
            None => About::Nothing,
        };
        let tunnel = |which: &usher_proto::tunnel::WhichTunnel| {
            // A name is text of the peer's, and may be a token in the wrong place.
            let label = which.tunnel.is_uuid().then(|| which.tunnel.to_string());
            named(Named { id: None, label, profile: Some(which.profile.clone()) })
        };
        let (verb, about, at_once) = match request {
            // What is served says it by itself, and what is refused is added then: these come often.
            Request::Token { .. } => ("token", About::Nothing, false),
            Request::Headers { .. } => ("headers", About::Nothing, false),
            Request::Login { .. } => ("login", About::Nothing, false),
            Request::Refresh { target, profile } => ("refresh", of_target(target, profile), false),
            Request::Verify { target, profile } => ("verify", of_target(target, profile), false),
            Request::Import(import) => ("import", imported(import), true),
            Request::Forget { id } => ("forget", by_id(id), true),
            Request::ForgetAll { profile } => ("forget-all", of(profile.as_ref()), true),
            Request::Lock { .. } => ("lock", of(None), true),
            Request::Unlock { .. } => ("unlock", of(None), true),
            Request::Stop {} => ("stop", of(None), true),
            Request::CertLogin { profile, .. } => ("cert-login", of(Some(profile)), true),
            Request::Cert { id: Some(id), .. } => ("cert", by_id(id), true),
            Request::Cert { id: None, profile } => ("cert", of(Some(profile)), true),
            Request::TunnelSecret { which, .. } => ("tunnel-secret", tunnel(which), true),
            Request::RotateTunnel { which, .. } => ("rotate-tunnel", tunnel(which), true),
            Request::Deployed { id, .. } => ("deployed", by_id(id), true),
            Request::RotateServiceToken { id, .. } => ("rotate-service-token", by_id(id), true),
            Request::RollCert { id } => ("roll-cert", by_id(id), true),
            Request::Revoke { dry_run: true, .. } => return None,
            Request::Revoke { what, .. } => ("revoke", revoked(what, by_id, of), true),
            Request::Hello {}
            | Request::List { .. }
            | Request::Show { .. }
            | Request::Status {}
            | Request::Tunnels { .. }
            | Request::Tunnel(_)
            | Request::Pending {}
            | Request::WasRevoked(_)
            | Request::Sandbox {}
            | Request::Watch { .. } => return None,
        };
        Some(Self { who: Arc::clone(peer.program()), verb, about, at_once })
    }

    /// Adds what was wanted, where it is refused.
    pub(super) fn refused(&mut self, want: &Want) {
        self.about = at(&want.app, &want.profile);
    }

    /// Notes what became of it; tells whether that is to be written before the answer.
    pub(super) fn end(self, answer: &Answer, audit: &Audit) -> bool {
        let Self { who, verb, about, at_once } = self;
        let note = |about: About, outcome: Outcome| {
            audit.note(Note { who: Arc::clone(&who), verb, about, outcome, counts: !at_once });
        };
        match answer {
            Answer::Revoked { revoked } if !revoked.is_empty() => {
                for one in revoked {
                    note(About::Credential(Arc::clone(&one.credential)), Outcome::Revoked(one.state));
                }
            }
            Answer::Error(refusal) => note(about, Outcome::Refused(refusal.code)),
            Answer::Token { credential, .. }
            | Answer::Headers { credential, .. }
            | Answer::Refreshed { credential }
            | Answer::Verified { credential, .. }
            | Answer::Secret { credential, .. }
            | Answer::Rotated { credential, .. }
            | Answer::Imported(Imported { credential, .. }) => {
                note(About::Credential(Arc::clone(credential)), Outcome::Done);
            }
            _ => note(about, Outcome::Done),
        }
        at_once
    }
}

/// Tells of a URL its host alone: nobody knows what is in a path.
fn at(app: &AppUrl, profile: &ProfileName) -> About {
    let (label, profile) = (Some(app.host().to_owned()), Some(profile.clone()));
    named(Named { id: None, label, profile })
}

fn named(named: Named) -> About {
    About::Named(Box::new(named))
}

/// Tells of an import what says nothing about its secret.
fn imported(import: &Import) -> About {
    let label = match &import.from {
        Origin::File { name, .. } => Some(name.clone()),
        Origin::Given { app, label, .. } | Origin::ServiceToken { app, label, .. } => {
            label.clone().or_else(|| app.as_ref().map(ToString::to_string))
        }
    };
    named(Named { id: None, label, profile: Some(import.profile.clone()) })
}

/// Tells of a revocation what was asked for, where it is refused as a whole.
fn revoked(
    what: &Revocation,
    by_id: impl Fn(&CredentialId) -> About,
    of: impl Fn(Option<&ProfileName>) -> About,
) -> About {
    match what {
        Revocation::Each(targets) => match targets.as_slice() {
            [Target::Id(id)] => by_id(id),
            [Target::App(app)] => at(app, &ProfileName::default()),
            _ => of(None),
        },
        Revocation::App(app) => at(app, &ProfileName::default()),
        Revocation::All(profile) => of(profile.as_ref()),
        Revocation::Person(_) | Revocation::Pending => of(None),
    }
}
