//! Access service tokens: a client id and a client secret.

pub(super) mod exchange;

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

/// Writes the pair in the form in which it is kept.
fn encoded(pair: &Pair) -> Result<Secret, NotACredential> {
    let line = usher_proto::json::encode(pair).ok();
    let kept = line.and_then(|line| Secret::new(line.trim_ascii_end().to_vec()).ok());
    kept.ok_or(NotACredential::Malformed("it is empty"))
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
    check(&pair)?;
    let kept = encoded(&pair)?;
    let label = match (&app, &team) {
        (Some(app), _) => app.to_string(),
        (None, Some(team)) => team.to_string(),
        (None, None) => pair.id.clone(),
    };
    Ok((kept, Facts { label, app, team, client_id: Some(pair.id), ..Facts::default() }))
}

/// Makes the headers that carry the pair: two, or the one that the application reads both from
/// (Cloudflare's page on service tokens).
///
/// # Errors
/// It is not in the form in which a service token is kept.
pub fn headers(secret: &Secret) -> Result<Vec<(HeaderName, Secret)>, NotACredential> {
    let Pair { id, secret, header } = kept(secret)?;
    let Some(header) = header else {
        let id = value(&[&id])?;
        return Ok(vec![(name(CLIENT_ID)?, id), (name(CLIENT_SECRET)?, value(&[&secret])?)]);
    };
    // Both halves are of letters, digits and `.-_` alone: JSON needs to escape none of them.
    let parts = [r#"{"cf-access-client-id": ""#, &id, r#"", "cf-access-client-secret": ""#, &secret, r#""}"#];
    Ok(vec![(header, value(&parts)?)])
}

/// Shows the client secret of a pair in the form in which it is kept.
///
/// # Errors
/// It is not in that form.
pub(super) fn client_secret(secret: &Secret) -> Result<Secret, NotACredential> {
    value(&[&kept(secret)?.secret])
}

/// Puts another client secret into a pair in the form in which it is kept.
///
/// # Errors
/// It is not in that form, or the client secret is none.
pub fn with_client_secret(secret: &Secret, client_secret: &Secret) -> Result<Secret, NotACredential> {
    let pair = Pair { secret: Zeroizing::new(secret_text(client_secret)?.to_owned()), ..kept(secret)? };
    check(&pair)?;
    encoded(&pair)
}

const CLIENT_ID: &str = "CF-Access-Client-Id";
const CLIENT_SECRET: &str = "CF-Access-Client-Secret";

/// Reads the pair in the form in which it is kept.
fn kept(secret: &Secret) -> Result<Pair, NotACredential> {
    let pair: Option<Pair> = serde_json::from_str(secret_text(secret)?).ok();
    let pair = pair.ok_or(NotACredential::Malformed("it is no client id and client secret"))?;
    check(&pair)?;
    Ok(pair)
}

fn name(text: &str) -> Result<HeaderName, NotACredential> {
    text.parse().map_err(|_| NotACredential::Malformed("it has no name of a header"))
}

/// Puts a value together in a buffer that is sized once.
fn value(parts: &[&str]) -> Result<Secret, NotACredential> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
    Secret::new(bytes).map_err(|_| NotACredential::Malformed("it is empty"))
}

fn check(pair: &Pair) -> Result<(), NotACredential> {
    if !is_client_id(&pair.id) {
        return Err(NotACredential::Malformed("its client id does not end in .access"));
    }
    if pair.secret.len() < 32 || !pair.secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(NotACredential::Malformed("its client secret is not one"));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::secret;

    const ID: &str = "0123456789abcdef0123456789abcdef.access";
    const SECRET: &str = "cfast_0123456789abcdef0123456789abcdef01234567";

    fn sent(header: Option<&str>) -> Vec<(String, String)> {
        let header = header.map(|header| header.parse().expect("a header's name"));
        let (kept, _) =
            read(secret(&format!("{ID}\n{SECRET}")), For { header, ..For::default() }).expect("a pair");
        let headers = headers(&kept).expect("headers");
        headers
            .iter()
            .map(|(name, value)| (name.to_string(), secret_text(value).expect("text").to_owned()))
            .collect()
    }

    #[test]
    fn the_pair_goes_in_two_headers_or_in_one() {
        let two = [("CF-Access-Client-Id", ID), ("CF-Access-Client-Secret", SECRET)];
        assert_eq!(sent(None), two.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let json = format!(r#"{{"cf-access-client-id": "{ID}", "cf-access-client-secret": "{SECRET}"}}"#);
        assert_eq!(sent(Some("Authorization")), [("Authorization".to_owned(), json)]);
    }

    #[test]
    fn what_is_kept_in_another_form_has_no_headers() {
        for other in [
            "text",
            "{}",
            &format!(r#"{{"client_id":"{ID}","client_secret":"short"}}"#),
            &format!(r#"{{"client_id":"x\r\ny.access","client_secret":"{SECRET}"}}"#),
        ] {
            assert!(headers(&secret(other)).is_err(), "{other}");
        }
    }
}
