//! What is known about a credential beside its secret, and the id that comes of it.

use sha2::{Digest, Sha256};
use usher_proto::credential::Source;
use usher_proto::{AppPattern, Audience, Credential, CredentialId, Kind, ProfileName, TeamDomain, Timestamp};

/// What is read out of a secret: everything public but the profile, the id and the source.
#[derive(Debug, Default)]
pub struct Facts {
    pub(super) label: String,
    pub(super) app: Option<AppPattern>,
    pub(super) audience: Option<Audience>,
    pub(super) team: Option<TeamDomain>,
    pub(super) account: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) tunnel: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) issued: Option<Timestamp>,
    pub(super) expires: Option<Timestamp>,
}

impl Facts {
    /// Takes a person's words for it, where there are any.
    pub(super) fn labelled(self, label: Option<String>) -> Self {
        Facts { label: label.unwrap_or(self.label), ..self }
    }

    pub(super) fn into_credential(self, kind: Kind, profile: ProfileName, source: Source) -> Credential {
        let id = self.id(kind, &profile);
        let Facts { label, app, audience, team, account, zone, tunnel, client_id, email, issued, expires } =
            self;
        Credential {
            id,
            profile,
            kind,
            label,
            app,
            audience,
            team,
            account,
            zone,
            tunnel,
            client_id,
            email,
            issued,
            expires,
            source,
        }
    }

    /// Makes the id from what the credential is for, so that a renewed secret keeps it.
    fn id(&self, kind: Kind, profile: &ProfileName) -> CredentialId {
        let (prefix, parts): (_, [&str; 2]) = match kind {
            Kind::AppToken => ("app", [text(&self.app), text(&self.audience)]),
            Kind::OrgToken => ("org", [text(&self.team), ""]),
            Kind::AccountCert => ("cert", [text(&self.account), text(&self.zone)]),
            Kind::ServiceToken => ("service", [text(&self.client_id), ""]),
            Kind::Tunnel => ("tunnel", [text(&self.account), text(&self.tunnel)]),
            Kind::ApiToken => ("api", [&self.label, ""]),
        };
        let mut hash = Sha256::new();
        for part in [profile.as_str(), prefix, parts[0], parts[1]] {
            hash.update(part);
            hash.update([0]);
        }
        let digits = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("{prefix}-{digits}").parse().expect("a prefix and twelve hexadecimal digits")
    }
}

/// Shows a fact that may be missing.
fn text<T: AsText>(fact: &Option<T>) -> &str {
    fact.as_ref().map(T::as_text).unwrap_or_default()
}

trait AsText {
    fn as_text(&self) -> &str;
}

macro_rules! as_text {
    ($($type:ty),*) => { $(impl AsText for $type { fn as_text(&self) -> &str { self.as_str() } })* };
}
as_text!(AppPattern, Audience, TeamDomain, String);
