//! The account certificate (`cert.pem`): PEM with one `ARGO TUNNEL TOKEN`, which is JSON.

use serde::Deserialize;
use usher_proto::Secret;
use zeroize::Zeroizing;

use super::edge::Region;
use super::{Facts, NotACredential, is_cloudflare_id, secret_text};

/// The content of the token block, as cloudflared writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    #[serde(default, rename = "zoneID")]
    zone_id: String,
    #[serde(default, rename = "accountID")]
    account_id: String,
    #[serde(default)]
    api_token: Zeroizing<String>,
    #[serde(default)]
    service_key: Zeroizing<String>,
    #[serde(default)]
    endpoint: String,
}

/// What an account certificate opens the API with.
pub struct Opened {
    /// The API token in it.
    pub api_token: Secret,
    /// Where that is good.
    pub region: Region,
}

/// Opens a certificate that was read before.
///
/// # Errors
/// It is none.
pub fn opened(secret: &Secret) -> Result<Opened, NotACredential> {
    let token = token(secret)?;
    let api_token = Secret::new(token.api_token.as_bytes().to_vec());
    let api_token = api_token.map_err(|_| NotACredential::Malformed("its token block holds no API token"))?;
    let region = if token.endpoint.eq_ignore_ascii_case("fed") { Region::Fedramp } else { Region::Commercial };
    Ok(Opened { api_token, region })
}

/// Reads an account certificate of either form: the token alone, or beside the old key and
/// certificate. What is kept is the whole text.
pub(super) fn read(secret: Secret) -> Result<(Secret, Facts), NotACredential> {
    let token = token(&secret)?;
    if !is_cloudflare_id(&token.zone_id) {
        return Err(NotACredential::Malformed("its token block names no zone"));
    }
    if !is_cloudflare_id(&token.account_id) {
        return Err(NotACredential::Legacy(
            "it names no account: log in again with `cloudflared tunnel login`",
        ));
    }
    let facts = Facts {
        label: format!("account {}", token.account_id),
        account: Some(token.account_id),
        zone: Some(token.zone_id),
        ..Facts::default()
    };
    Ok((secret, facts))
}

/// Reads the token block, whose API token is there.
fn token(secret: &Secret) -> Result<Token, NotACredential> {
    let token = token_block(secret_text(secret)?)?;
    let parsed: Option<Token> = serde_json::from_slice(&token).ok();
    match parsed {
        Some(token) if !token.api_token.is_empty() => Ok(token),
        Some(token) if !token.service_key.is_empty() => Err(LEGACY),
        None if is_two_lines(&token) => Err(LEGACY),
        _ => Err(NotACredential::Malformed("its token block holds no API token")),
    }
}

const LEGACY: NotACredential = NotACredential::Legacy(
    "it holds a service key of before 2022: log in again with `cloudflared tunnel login`",
);

/// Finds the one block that counts; the rules are cloudflared's own.
fn token_block(text: &str) -> Result<Zeroizing<Vec<u8>>, NotACredential> {
    let blocks = pem::parse_many(text).map_err(|_| NotACredential::Malformed("it is not PEM"))?;
    let mut found = None;
    for block in blocks {
        match block.tag() {
            "PRIVATE KEY" | "CERTIFICATE" => {}
            "WARP TOKEN" => return Err(LEGACY),
            "ARGO TUNNEL TOKEN" if found.is_none() => found = Some(Zeroizing::new(block.into_contents())),
            "ARGO TUNNEL TOKEN" => return Err(NotACredential::Malformed("it holds more than one token")),
            _ => {
                return Err(NotACredential::Malformed(
                    "it holds a block that account certificates do not have",
                ));
            }
        }
    }
    found.ok_or(NotACredential::Malformed("it holds no ARGO TUNNEL TOKEN block"))
}

/// The oldest form: the zone's id on one line, the service key on the next.
fn is_two_lines(token: &[u8]) -> bool {
    std::str::from_utf8(token).is_ok_and(|text| text.lines().next().is_some_and(is_cloudflare_id))
}
