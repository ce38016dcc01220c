//! The account certificate (`cert.pem`): PEM with one `ARGO TUNNEL TOKEN`, which is JSON.

use usher_proto::Secret;
use zeroize::Zeroizing;

use super::edge::Region;
use super::{Facts, NotACredential, is_cloudflare_id, members, secret_text};

/// The members of the token block, as cloudflared names them.
const NAMES: [&[&str]; 5] = [&["zoneID"], &["accountID"], &["apiToken"], &["serviceKey"], &["endpoint"]];

/// What an account certificate says, checked.
struct Certificate {
    zone: Zeroizing<String>,
    account: Zeroizing<String>,
    token: Zeroizing<String>,
    /// `fed` for FedRAMP High, else empty.
    endpoint: Zeroizing<String>,
}

/// What an account certificate opens the API with.
pub struct Opened {
    /// The API token in it.
    pub api_token: Secret,
    /// Where that is good.
    pub region: Region,
}

/// Opens a certificate.
///
/// # Errors
/// It is none.
pub fn opened(secret: &Secret) -> Result<Opened, NotACredential> {
    let Certificate { token, endpoint, .. } = parse(secret)?;
    let api_token = Secret::new(token.as_bytes().to_vec()).map_err(|_| NO_TOKEN)?;
    let region = if endpoint.eq_ignore_ascii_case("fed") { Region::Fedramp } else { Region::Commercial };
    Ok(Opened { api_token, region })
}

/// Reads an account certificate of either form: the token alone, or beside the old key and
/// certificate. What is kept is the whole text.
pub(super) fn read(secret: Secret) -> Result<(Secret, Facts), NotACredential> {
    let Certificate { zone, account, .. } = parse(&secret)?;
    let (zone, account) = (zone.to_ascii_lowercase(), account.to_ascii_lowercase());
    let facts = Facts {
        label: format!("account {account}"),
        account: Some(account),
        zone: Some(zone),
        ..Facts::default()
    };
    Ok((secret, facts))
}

const LEGACY: NotACredential =
    NotACredential::Legacy("it holds a service key of before 2022: log in again with `usher tunnel login`");

const NO_TOKEN: NotACredential = NotACredential::Malformed("its token block holds no API token");

fn parse(secret: &Secret) -> Result<Certificate, NotACredential> {
    let token = token_block(secret_text(secret)?)?;
    let (zone, account, token, endpoint) = match members::read(&token, NAMES) {
        Some([zone, account, token, _, endpoint]) if !token.is_empty() => (zone, account, token, endpoint),
        Some([.., key, _]) if !key.is_empty() => return Err(LEGACY),
        None if is_two_lines(&token) => return Err(LEGACY),
        _ => return Err(NO_TOKEN),
    };
    if !is_cloudflare_id(&zone) {
        return Err(NotACredential::Malformed("its token block names no zone"));
    }
    if !is_cloudflare_id(&account) {
        return Err(NotACredential::Legacy("it names no account: log in again with `usher tunnel login`"));
    }
    Ok(Certificate { zone, account, token, endpoint })
}

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
