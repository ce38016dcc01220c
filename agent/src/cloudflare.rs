//! What Cloudflare's credentials look like: one form a file, and [`read`], which takes one in.
//!
//! Nothing here is verified at Cloudflare: a form is read, its claims are believed for what they say
//! about themselves (host, audience, expiry), and the secret is kept as it came.

pub mod api_token;
pub mod certificate;
pub mod edge;
pub mod error;
pub mod folder;
pub mod http;
pub mod jwt;
pub mod service_token;
pub mod tunnel;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin};
use usher_proto::{
    AppPattern, Audience, Credential, CredentialId, Kind, ProfileName, Secret, TeamDomain, Timestamp,
};

use crate::store::Record;

pub use self::edge::Edge;
pub use self::error::EdgeError;

/// Why something given is no credential that can be kept. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotACredential {
    /// It does not look like its kind.
    Malformed(&'static str),
    /// Cloudflare no longer takes this form.
    Legacy(&'static str),
    /// It has ended.
    Expired(Timestamp),
    /// Something must be said beside the secret.
    Missing(&'static str),
}

impl fmt::Display for NotACredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotACredential::Malformed(why) | NotACredential::Legacy(why) | NotACredential::Missing(why) => {
                f.write_str(why)
            }
            NotACredential::Expired(_) => f.write_str("it has expired"),
        }
    }
}

/// What is read out of a secret: everything public but the profile, the id and the source.
#[derive(Debug, Default)]
pub struct Facts {
    label: String,
    app: Option<AppPattern>,
    audience: Option<Audience>,
    team: Option<TeamDomain>,
    account: Option<String>,
    zone: Option<String>,
    tunnel: Option<String>,
    client_id: Option<String>,
    email: Option<String>,
    issued: Option<Timestamp>,
    expires: Option<Timestamp>,
}

/// Reads what a client hands over.
///
/// # Errors
/// It is not what its kind looks like, has expired, or is of a form that is no longer taken.
pub fn read(import: Import, now: Timestamp) -> Result<Record, NotACredential> {
    let Import { profile, from, secret } = import;
    let (kind, secret, facts, source) = match from {
        Origin::File { name, login_url } => {
            let what = folder::recognise(&name, login_url.as_ref())?;
            let (kind, secret, facts) = what.read(secret)?;
            (kind, secret, facts, Source::File(name))
        }
        Origin::Given { kind, app, label } => {
            let (secret, facts) = read_given(kind, secret, app, label)?;
            (kind, secret, facts, Source::Given)
        }
        Origin::ServiceToken { app, team, header, label } => {
            let (secret, facts) = service_token::read(secret, service_token::For { app, team, header })?;
            let facts = facts.labelled(label);
            (Kind::ServiceToken, secret, facts, Source::Given)
        }
    };
    let credential = Arc::new(facts.into_credential(kind, profile, source));
    match credential.expires {
        Some(ended) if credential.is_expired(now) => Err(NotACredential::Expired(ended)),
        _ => Ok(Record { credential, secret: Arc::new(secret) }),
    }
}

fn read_given(
    kind: Kind,
    secret: Secret,
    app: Option<AppPattern>,
    label: Option<String>,
) -> Result<(Secret, Facts), NotACredential> {
    let (secret, facts) = match kind {
        Kind::AppToken => {
            let app = app.ok_or(NotACredential::Missing("an app token needs the application it is for"))?;
            jwt::app_token(secret, app, None)
        }
        Kind::OrgToken => jwt::org_token(secret, None),
        Kind::AccountCert => certificate::read(secret),
        Kind::ServiceToken => {
            service_token::read(secret, service_token::For { app, ..service_token::For::default() })
        }
        Kind::Tunnel => tunnel::read(secret),
        Kind::ApiToken => api_token::read(secret, label.as_deref()),
    }?;
    Ok((secret, facts.labelled(label)))
}

impl Facts {
    /// Takes a person's words for it, where there are any.
    fn labelled(self, label: Option<String>) -> Self {
        Facts { label: label.unwrap_or(self.label), ..self }
    }

    fn into_credential(self, kind: Kind, profile: ProfileName, source: Source) -> Credential {
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

/// Shows a secret that must be text.
fn secret_text(secret: &Secret) -> Result<&str, NotACredential> {
    std::str::from_utf8(secret.expose()).map_err(|_| NotACredential::Malformed("it is not text"))
}

/// Tells whether it is an id as Cloudflare gives accounts and zones: 32 hexadecimal digits.
fn is_cloudflare_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
