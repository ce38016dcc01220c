//! Access service tokens: a client id and a client secret.

use serde::{Deserialize, Serialize};
use usher_proto::{AppPattern, HeaderName, Secret, TeamDomain};
use zeroize::Zeroizing;

use super::{Facts, NotACredential, secret_text};

/// The pair as Cloudflare's single-header form spells it; also how it is kept.
#[derive(Serialize, Deserialize)]
struct Pair {
    #[serde(rename = "cf-access-client-id", alias = "CF-Access-Client-Id", alias = "client_id")]
    id: String,
    #[serde(rename = "cf-access-client-secret", alias = "CF-Access-Client-Secret", alias = "client_secret")]
    secret: Zeroizing<String>,
    /// The one header that carries both halves, where the application reads them from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<HeaderName>,
}

/// What a service token is for, as far as a person said.
#[derive(Debug, Default)]
pub(super) struct For {
    pub(super) app: Option<AppPattern>,
    pub(super) team: Option<TeamDomain>,
    pub(super) header: Option<HeaderName>,
}

/// Reads the pair: as JSON, or as text, id first.
pub(super) fn read(secret: Secret, what_for: For) -> Result<(Secret, Facts), NotACredential> {
    let For { app, team, header } = what_for;
    let text = secret_text(&secret)?.trim();
    let pair = if text.starts_with('{') { serde_json::from_str(text).ok() } else { from_lines(text) };
    let pair = pair.ok_or(NotACredential::Malformed("it is no client id and client secret"))?;
    let pair = Pair { header: header.or(pair.header), ..pair };
    if !is_client_id(&pair.id) {
        return Err(NotACredential::Malformed("its client id does not end in .access"));
    }
    if pair.secret.len() < 32 || !pair.secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(NotACredential::Malformed("its client secret is not one"));
    }
    let kept = usher_proto::json::encode(&pair)
        .ok()
        .and_then(|line| Secret::new(line.trim_ascii_end().to_vec()).ok());
    let kept = kept.ok_or(NotACredential::Malformed("it is empty"))?;
    let label = match (&app, &team) {
        (Some(app), _) => app.to_string(),
        (None, Some(team)) => team.to_string(),
        (None, None) => pair.id.clone(),
    };
    Ok((kept, Facts { label, app, team, client_id: Some(pair.id), ..Facts::default() }))
}

/// Tells the headers that carry a service token, in the form in which it is kept.
pub fn headers(secret: &Secret) -> Result<Vec<(HeaderName, Secret)>, NotACredential> {
    let _ = secret;
    todo!()
}

/// 32 hexadecimal digits and `.access`, in older ones followed by a domain.
fn is_client_id(text: &str) -> bool {
    text.split_once(".access").is_some_and(|(digits, rest)| {
        digits.len() == 32
            && digits.bytes().all(|b| b.is_ascii_hexdigit())
            && (rest.is_empty() || rest.starts_with('.'))
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    })
}

/// Id and secret on two lines, each perhaps after its header's name; or on one with `:` or a space
/// between them.
fn from_lines(text: &str) -> Option<Pair> {
    let mut words: Vec<&str> =
        text.split([':', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    words.retain(|word| !word.to_ascii_lowercase().starts_with("cf-access-client-"));
    match words[..] {
        [id, secret] => {
            let secret = Zeroizing::new(secret.to_owned());
            Some(Pair { id: id.to_owned(), secret, header: None })
        }
        _ => None,
    }
}
