//! The account certificate (`cert.pem`): PEM with one `ARGO TUNNEL TOKEN`, which is JSON.

pub(super) mod login;

use usher_proto::{Secret, Wiped};
use zeroize::Zeroizing;

use super::base64::encoded;
use super::edge::Region;
use super::{Facts, NotACredential, is_cloudflare_id, members, secret_text};

/// The block that holds the API token.
const TAG: &str = "ARGO TUNNEL TOKEN";

/// What `endpoint` says in FedRAMP High; in the other world it is left out.
const FEDRAMP: &str = "fed";

/// The members of the token block, as cloudflared names them.
const NAMES: [&[&str]; 5] = [&["zoneID"], &["accountID"], &["apiToken"], &["endpoint"], &["serviceKey"]];

/// What an account certificate says, checked.
struct Certificate {
    zone: Zeroizing<String>,
    account: Zeroizing<String>,
    token: Zeroizing<String>,
    region: Region,
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

/// Takes the API token out of an account certificate, and tells which API takes that.
///
/// # Errors
/// It is no account certificate.
pub fn api_token(secret: &Secret) -> Result<(Region, Secret), NotACredential> {
    let Certificate { token, region, .. } = parse(secret)?;
    Ok((region, token.try_into().map_err(|_| NO_TOKEN)?))
}

/// Puts another API token into an account certificate, which is then one block alone.
///
/// # Errors
/// It is no account certificate, or the token is none.
pub fn with_api_token(secret: &Secret, api_token: &Secret) -> Result<Secret, NotACredential> {
    let token = Zeroizing::new(secret_text(api_token)?.to_owned());
    if !is_token(&token) {
        return Err(NO_TOKEN);
    }
    Ok(written(&Certificate { token, ..parse(secret)? }))
}

/// Says in an account certificate that it is of FedRAMP High, as cloudflared does: in one block alone.
fn for_fedramp(secret: &Secret) -> Result<Secret, NotACredential> {
    Ok(written(&Certificate { region: Region::Fedramp, ..parse(secret)? }))
}

fn written(certificate: &Certificate) -> Secret {
    let Certificate { zone, account, token, region } = certificate;
    let all: [(&str, &str); 4] =
        [("zoneID", zone), ("accountID", account), ("apiToken", token), ("endpoint", FEDRAMP)];
    let members = match region {
        Region::Commercial => &all[..3],
        Region::Fedramp => &all,
    };
    block(&members::write(members))
}

/// Writes the block as Go does.
fn block(content: &[u8]) -> Secret {
    const LINE: usize = 64;
    let base64 = encoded(content);
    let lines = base64.len().div_ceil(LINE);
    let mut pem = Wiped::from(Vec::with_capacity(base64.len() + lines + 2 * LINE));
    pem.extend_from_slice(format!("-----BEGIN {TAG}-----\n").as_bytes());
    for line in base64.chunks(LINE) {
        pem.extend_from_slice(line);
        pem.push(b'\n');
    }
    pem.extend_from_slice(format!("-----END {TAG}-----\n").as_bytes());
    pem.try_into().expect("its first line is there")
}

const NO_TOKEN: NotACredential = NotACredential::Malformed("its token block holds no API token");

const LEGACY: NotACredential =
    NotACredential::Legacy("it holds a service key of before 2022: log in again with `usher tunnel login`");

fn parse(secret: &Secret) -> Result<Certificate, NotACredential> {
    let token = token_block(secret_text(secret)?)?;
    let (zone, account, token, endpoint) = match members::read(&token, NAMES) {
        Some([zone, account, token, endpoint, _]) if !token.is_empty() => (zone, account, token, endpoint),
        Some([.., key]) if !key.is_empty() => return Err(LEGACY),
        None if is_two_lines(&token) => return Err(LEGACY),
        _ => return Err(NO_TOKEN),
    };
    if !is_token(&token) {
        return Err(NO_TOKEN);
    }
    if !is_cloudflare_id(&zone) {
        return Err(NotACredential::Malformed("its token block names no zone"));
    }
    if !is_cloudflare_id(&account) {
        return Err(NotACredential::Legacy("it names no account: log in again with `usher tunnel login`"));
    }
    let region = if endpoint.eq_ignore_ascii_case(FEDRAMP) { Region::Fedramp } else { Region::Commercial };
    Ok(Certificate { zone, account, token, region })
}

/// Tells whether it may be an API token: text that a header takes, and JSON as it is.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b))
}

/// Finds the one block that counts; the rules are cloudflared's own.
fn token_block(text: &str) -> Result<Zeroizing<Vec<u8>>, NotACredential> {
    let blocks = pem::parse_many(text).map_err(|_| NotACredential::Malformed("it is not PEM"))?;
    let mut found = None;
    for block in blocks {
        match block.tag() {
            "PRIVATE KEY" | "CERTIFICATE" => {}
            "WARP TOKEN" => return Err(LEGACY),
            TAG if found.is_none() => found = Some(Zeroizing::new(block.into_contents())),
            TAG => return Err(NotACredential::Malformed("it holds more than one token")),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::secret;

    /// As cloudflared writes it.
    fn pem(content: &str) -> String {
        let secret = block(content.as_bytes());
        secret_text(&secret).expect("text").to_owned()
    }

    fn content(more: &str) -> String {
        format!(
            r#"{{"zoneID":"{}","accountID":"{}","apiToken":"{}"{more}}}"#,
            "1".repeat(32),
            "2".repeat(32),
            "x".repeat(40)
        )
    }

    #[test]
    fn a_block_is_as_go_writes_it() {
        let short = pem("0123456789");
        assert_eq!(
            short,
            "-----BEGIN ARGO TUNNEL TOKEN-----\nMDEyMzQ1Njc4OQ==\n-----END ARGO TUNNEL TOKEN-----\n"
        );
        let lines: Vec<usize> = pem(&content("")).lines().map(str::len).collect();
        assert_eq!(lines, [33, 64, 64, 64, 4, 31]);
    }

    #[test]
    fn names_are_read_in_any_case_and_ids_are_told_in_lower_case() {
        let given = content("")
            .replace("zoneID", "zoneid")
            .replace("accountID", "AccountId")
            .replace("apiToken", "APITOKEN");
        let given = given.replace(&"1".repeat(32), &"A".repeat(32));
        let (_, facts) = read(secret(&pem(&given))).expect("a certificate");
        assert_eq!((facts.zone, facts.account), (Some("a".repeat(32)), Some("2".repeat(32))));
    }

    #[test]
    fn in_fedramp_it_says_so_in_one_block() {
        let expected = pem(&content(r#","endpoint":"fed""#));
        for more in ["", r#","endpoint":"fed""#, r#","endpoint":"","more":7"#] {
            let given = format!(
                "{}{}",
                pem(&content(more)).replace("ARGO TUNNEL TOKEN", "CERTIFICATE"),
                pem(&content(more))
            );
            assert_eq!(for_fedramp(&secret(&given)), Ok(secret(&expected)), "{more}");
        }
    }

    #[test]
    fn its_endpoint_tells_which_api_takes_its_token() {
        for (more, region) in [
            ("", Region::Commercial),
            (r#","endpoint":"""#, Region::Commercial),
            (r#","endpoint":null"#, Region::Commercial),
            (r#","endpoint":"fed""#, Region::Fedramp),
            (r#","Endpoint":"FED""#, Region::Fedramp),
        ] {
            let token = api_token(&secret(&pem(&content(more))));
            assert_eq!(token, Ok((region, secret(&"x".repeat(40)))), "{more}");
        }
    }

    #[test]
    fn an_api_token_that_no_header_takes_is_none() {
        for bad in ["a b", "a\\n", "a\\\"", "\u{e9}"] {
            let given = content("").replace(&"x".repeat(40), bad);
            assert!(matches!(read(secret(&pem(&given))), Err(NotACredential::Malformed(_))), "{bad}");
        }
    }
}
