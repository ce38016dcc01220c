//! The account certificate (`cert.pem`): PEM with one `ARGO TUNNEL TOKEN`, which is JSON.

use usher_proto::Secret;
use zeroize::Zeroizing;

use super::{Facts, NotACredential, is_cloudflare_id, members, secret_text};

/// The members of the token block, as cloudflared names them.
const NAMES: [&[&str]; 4] = [&["zoneID"], &["accountID"], &["apiToken"], &["serviceKey"]];

/// What an account certificate says, checked.
struct Certificate {
    zone: Zeroizing<String>,
    account: Zeroizing<String>,
}

/// Reads an account certificate of either form: the token alone, or beside the old key and
/// certificate. What is kept is the whole text.
pub(super) fn read(secret: Secret) -> Result<(Secret, Facts), NotACredential> {
    let Certificate { zone, account } = parse(&secret)?;
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

fn parse(secret: &Secret) -> Result<Certificate, NotACredential> {
    let token = token_block(secret_text(secret)?)?;
    let (zone, account) = match members::read(&token, NAMES) {
        Some([zone, account, token, _]) if !token.is_empty() => (zone, account),
        Some([.., key]) if !key.is_empty() => return Err(LEGACY),
        None if is_two_lines(&token) => return Err(LEGACY),
        _ => return Err(NotACredential::Malformed("its token block holds no API token")),
    };
    if !is_cloudflare_id(&zone) {
        return Err(NotACredential::Malformed("its token block names no zone"));
    }
    if !is_cloudflare_id(&account) {
        return Err(NotACredential::Legacy("it names no account: log in again with `usher tunnel login`"));
    }
    Ok(Certificate { zone, account })
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
