//! Access app tokens and org tokens: compact JWTs, signed by the team with RS256.
//!
//! The signature is not checked here: the team's keys are at Cloudflare, and `verify` has them.

use jsonwebtoken::{Algorithm, dangerous};
use serde::Deserialize;
use usher_proto::{AppPattern, Audience, Secret, TeamDomain, Timestamp};

use super::{Facts, NotACredential, secret_text};

/// Longest JWT that is read, in bytes.
pub(super) const MAX_JWT: usize = 32 * 1024;

/// The claims that are read; everything else in a token is left alone.
#[derive(Deserialize)]
pub(super) struct Claims {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) iss: String,
    aud: OneOrMany,
    pub(super) exp: i64,
    pub(super) nbf: Option<i64>,
    iat: Option<i64>,
    email: Option<String>,
    /// The client id, in tokens that a service token was exchanged for.
    pub(super) common_name: Option<String>,
}

/// `aud` is a list, or plain text in tokens of the WARP way of logging in.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Reads an app token for an application; `audience` is the one it must be for, where it is known.
pub(super) fn app_token(
    secret: Secret,
    app: AppPattern,
    audience: Option<Audience>,
) -> Result<(Secret, Facts), NotACredential> {
    let (secret, claims) = decode(secret, "app")?;
    let audience = match audience {
        Some(expected) if claims.is_for(&expected) => expected,
        Some(_) => return Err(NotACredential::Malformed("its audience is not the one in the file's name")),
        None => match claims.audiences() {
            [only] => only.parse().map_err(|_| NotACredential::Malformed("its audience is no AUD tag"))?,
            _ => return Err(NotACredential::Malformed("it names more than one audience")),
        },
    };
    let facts = Facts { label: app.to_string(), app: Some(app), audience: Some(audience), ..claims.facts()? };
    Ok((secret, facts))
}

/// Reads an org token; `team` is the one it must be of, where it is known.
pub(super) fn org_token(secret: Secret, team: Option<TeamDomain>) -> Result<(Secret, Facts), NotACredential> {
    let (secret, claims) = decode(secret, "org")?;
    let facts = claims.facts()?;
    if team.is_some() && facts.team != team {
        return Err(NotACredential::Malformed("its issuer is not the team in the file's name"));
    }
    let label = facts.team.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok((secret, Facts { label, ..facts }))
}

fn decode(secret: Secret, kind: &str) -> Result<(Secret, Claims), NotACredential> {
    let text = secret_text(&secret)?;
    let token = text.trim();
    if token.len() > MAX_JWT {
        return Err(NotACredential::Malformed("it is longer than any Access token"));
    }
    let malformed = NotACredential::Malformed("it is not an Access token (a JWT)");
    // The signature is not looked at below, and the whole token goes into headers and onto a line.
    if !token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return Err(malformed);
    }
    let decoded = dangerous::insecure_decode::<Claims>(token).map_err(|_| malformed)?;
    if decoded.header.alg != Algorithm::RS256 {
        return Err(NotACredential::Malformed("it is not signed with RS256, as Access tokens are"));
    }
    if decoded.claims.kind.as_deref() != Some(kind) {
        return Err(NotACredential::Malformed(match kind {
            "app" => "its type is not that of an app token",
            _ => "its type is not that of an org token",
        }));
    }
    let secret = if token.len() == text.len() { secret } else { trimmed(token)? };
    Ok((secret, decoded.claims))
}

fn trimmed(token: &str) -> Result<Secret, NotACredential> {
    Secret::new(token.as_bytes().to_vec()).map_err(|_| NotACredential::Malformed("it is empty"))
}

impl Claims {
    /// Tells whether the audience is among the token's.
    pub(super) fn is_for(&self, audience: &Audience) -> bool {
        self.audiences().iter().any(|aud| aud == audience.as_str())
    }

    fn audiences(&self) -> &[String] {
        match &self.aud {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }

    /// Sums up what the token says of itself, without a label.
    pub(super) fn facts(self) -> Result<Facts, NotACredential> {
        let team = self.iss.strip_prefix("https://").and_then(|host| host.parse().ok());
        Ok(Facts {
            team: Some(team.ok_or(NotACredential::Malformed("its issuer is no team domain"))?),
            email: self.email.filter(|email| !email.is_empty()),
            client_id: self.common_name.filter(|name| !name.is_empty()),
            issued: self.iat.map(Timestamp),
            expires: Some(Timestamp(self.exp)),
            ..Facts::default()
        })
    }
}
