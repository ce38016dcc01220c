//! What Cloudflare's credentials look like and how they come: one form or flow a file.
//!
//! [`read`] takes in what somebody hands over. Nothing of that is verified at Cloudflare: its claims
//! are believed for what they say about themselves (host, audience, expiry), and the secret is kept
//! as it came. [`Edge`] gets what Cloudflare issues, and verifies it.

pub mod api_token;
pub mod certificate;
mod facts;
pub mod fingerprint;
pub mod folder;
pub mod jwt;
mod members;
pub mod service_token;
pub mod tunnel;

pub mod api;
pub mod edge;
pub mod error;

mod check;
mod discovery;
mod exchange;
mod log_out;
mod session;
mod transfer;

mod base64;
mod challenge;
mod cookie;
mod jwks;
mod keys;
mod verify;

mod date;
pub mod http;

#[doc(hidden)]
pub mod by_hand;

#[cfg(test)]
mod testing;

use std::fmt;
use std::sync::Arc;

use url::Url;
use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin};
use usher_proto::{AppPattern, AppUrl, Kind, Secret, TeamDomain, Timestamp};

use crate::store::Record;

pub use self::edge::Edge;
pub use self::error::EdgeError;
pub use self::facts::Facts;

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

/// Shows a secret that must be text.
fn secret_text(secret: &Secret) -> Result<&str, NotACredential> {
    std::str::from_utf8(secret.expose()).map_err(|_| NotACredential::Malformed("it is not text"))
}

/// Reads an application's URL once more, in the form that HTTP takes it in.
fn parsed(url: &AppUrl) -> Url {
    let mut url = Url::parse(&url.to_string()).expect("an application's URL is a URL");
    url.set_fragment(None);
    url
}

/// Names a page of a team.
fn page_of(team: &TeamDomain, path: &str) -> Url {
    Url::parse(&format!("https://{team}{path}")).expect("a team's domain is a host")
}

/// Tells whether it is an id as Cloudflare gives accounts and zones: 32 hexadecimal digits.
fn is_cloudflare_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
