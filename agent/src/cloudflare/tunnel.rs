//! Tunnel credentials (`<uuid>.json`) and the tunnel token: two forms of the same.

mod forms;

use usher_proto::credential::Source;
use usher_proto::name::is_uuid;
use usher_proto::tunnel::TunnelForm;
use usher_proto::{Kind, Secret, TunnelName, Wiped};
use zeroize::Zeroizing;

use super::base64::{decoded, encoded};
use super::edge::{Issued, Region};
use super::{Facts, NotACredential, is_cloudflare_id, members, secret_text};
use crate::seal;

/// Least length of a tunnel secret in bytes.
const MIN_SECRET: usize = 32;

/// Most bytes of an endpoint, which is a region's short name.
const MAX_ENDPOINT: usize = 32;

/// The names of the members: long ones in the file, one letter each in the token.
const NAMES: [&[&str]; 4] =
    [&["AccountTag", "a"], &["TunnelSecret", "s"], &["TunnelID", "t"], &["Endpoint", "e"]];

/// What either form says, checked.
struct Tunnel {
    account: Zeroizing<String>,
    /// Base64 of the tunnel secret, without line ends.
    secret: Zeroizing<String>,
    /// The UUID in lower case, as cloudflared writes it.
    tunnel: Zeroizing<String>,
    /// `fed` for FedRAMP High, else empty.
    endpoint: Zeroizing<String>,
}

/// Reads either form and keeps it as it came.
pub(super) fn read(secret: Secret) -> Result<(Secret, Facts), NotACredential> {
    let tunnel = parse(&secret)?;
    let facts = Facts {
        label: unnamed(&tunnel.tunnel),
        account: Some(tunnel.account.to_ascii_lowercase()),
        tunnel: Some(tunnel.tunnel.to_string()),
        ..Facts::default()
    };
    Ok((secret, facts))
}

/// Writes what is held in the form that is wanted, whichever it came in.
///
/// # Errors
/// It is neither form.
pub fn in_form(secret: &Secret, form: TunnelForm) -> Result<Secret, NotACredential> {
    let tunnel = parse(secret)?;
    Ok(match form {
        TunnelForm::Token => forms::token(&tunnel),
        TunnelForm::Credentials => forms::credentials(&tunnel),
    })
}

/// Reads a token that Cloudflare gave out just now; it is known by the tunnel's name, if that is one.
///
/// # Errors
/// It is no tunnel token.
pub fn issued(token: Secret, name: &str) -> Result<Issued, NotACredential> {
    let (secret, facts) = read(token)?;
    let name: Option<TunnelName> = name.parse().ok();
    let facts = facts.labelled(name.map(String::from));
    Ok(Issued { kind: Kind::Tunnel, secret, facts, source: Source::Exchange })
}

/// Tells what credentials are known by that nobody gave a name.
pub fn unnamed(tunnel: &str) -> String {
    format!("tunnel {tunnel}")
}

/// Tells where the API is that knows the tunnel.
pub fn region(credentials: &Secret) -> Region {
    match parse(credentials) {
        Ok(tunnel) if tunnel.endpoint.eq_ignore_ascii_case("fed") => Region::Fedramp,
        _ => Region::Commercial,
    }
}

/// Tells whether two credentials hold the same tunnel secret.
pub fn is_same(one: &Secret, other: &Secret) -> bool {
    matches!((secret_of(one), secret_of(other)), (Ok(one), Ok(other)) if one == other)
}

/// Makes a tunnel secret: base64 of 32 random bytes, as the API takes it.
pub fn new_secret() -> Secret {
    let mut bytes = Zeroizing::new([0; MIN_SECRET]);
    seal::draw(&mut *bytes);
    encoded(&*bytes).try_into().expect("32 bytes are not nothing")
}

/// Puts another secret into tunnel credentials, and writes them as a token.
///
/// # Errors
/// They are none, or the secret is none.
pub fn with_secret(credentials: &Secret, new_secret: &Secret) -> Result<Secret, NotACredential> {
    let mut tunnel = parse(credentials)?;
    let text = secret_text(new_secret)?;
    tunnel_secret(text.as_bytes()).ok_or(BAD_SECRET)?;
    tunnel.secret = Zeroizing::new(text.to_owned());
    Ok(forms::token(&tunnel))
}

/// Writes the tunnel secret of credentials as the API takes it: base64.
///
/// # Errors
/// They are none.
pub fn base64_of(credentials: &Secret) -> Result<Secret, NotACredential> {
    Secret::new(parse(credentials)?.secret.as_bytes().to_vec()).map_err(|_| BAD_SECRET)
}

/// Reads the tunnel secret out of either form.
pub(super) fn secret_of(secret: &Secret) -> Result<Secret, NotACredential> {
    tunnel_secret(parse(secret)?.secret.as_bytes()).ok_or(BAD_SECRET)
}

/// Decodes a tunnel secret into a buffer that is sized once; none if it is too short for one.
pub(super) fn tunnel_secret(base64: &[u8]) -> Option<Secret> {
    decoded(base64)?.try_into().ok().filter(|secret: &Secret| secret.len() >= MIN_SECRET)
}

const BAD_SECRET: NotACredential = NotACredential::Malformed("its secret is not 32 bytes of base64 or more");

fn parse(secret: &Secret) -> Result<Tunnel, NotACredential> {
    let text = secret_text(secret)?.trim();
    let unpacked = if text.starts_with('{') { None } else { Some(unpacked(text)?) };
    let json = unpacked.as_ref().map_or(text.as_bytes(), |json| json);
    let [account, mut secret, mut tunnel, endpoint] = members::read(json, NAMES)
        .ok_or(NotACredential::Malformed("it lacks the account, secret or id of a tunnel"))?;
    if tunnel.is_empty() && !account.is_empty() {
        return Err(NotACredential::Legacy(
            "it does not name its tunnel: get it anew with `usher tunnel credentials NAME`",
        ));
    }
    if !is_cloudflare_id(&account) || !is_uuid(&tunnel) {
        return Err(NotACredential::Malformed("its account or tunnel id is not one"));
    }
    if endpoint.len() > MAX_ENDPOINT || !endpoint.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(NotACredential::Malformed("its endpoint is not one"));
    }
    tunnel.make_ascii_lowercase();
    without_line_ends(&mut secret);
    if tunnel_secret(secret.as_bytes()).is_none() {
        return Err(BAD_SECRET);
    }
    Ok(Tunnel { account, secret, tunnel, endpoint })
}

/// Unpacks a token. Go takes line ends inside; so do we.
fn unpacked(token: &str) -> Result<Wiped, NotACredential> {
    let mut text = Zeroizing::new(token.to_owned());
    without_line_ends(&mut text);
    decoded(text.as_bytes()).ok_or(NotACredential::Malformed("it is neither tunnel JSON nor a tunnel token"))
}

fn without_line_ends(text: &mut String) {
    text.retain(|c| !matches!(c, '\r' | '\n'));
}
