//! Tunnel credentials (`<uuid>.json`) and the tunnel token: two forms of the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use usher_proto::{Secret, Wiped};
use zeroize::Zeroizing;

use super::{Facts, NotACredential, is_cloudflare_id, secret_text};

/// Least length of a tunnel secret in bytes.
const MIN_SECRET: usize = 32;

/// Both forms: long names in the file, one letter each in the token.
#[derive(Deserialize)]
struct Tunnel {
    #[serde(alias = "a", alias = "AccountTag")]
    account: String,
    #[serde(alias = "s", alias = "TunnelSecret")]
    secret: Zeroizing<String>,
    #[serde(alias = "t", alias = "TunnelID", default)]
    tunnel: String,
}

/// Reads either form and keeps it as it came.
pub(super) fn read(secret: Secret) -> Result<(Secret, Facts), NotACredential> {
    let tunnel = parse(&secret)?;
    if tunnel.tunnel.is_empty() {
        return Err(NotACredential::Legacy(
            "it does not name its tunnel: fetch it again with `cloudflared tunnel token`",
        ));
    }
    if !is_cloudflare_id(&tunnel.account) || !is_uuid(&tunnel.tunnel) {
        return Err(NotACredential::Malformed("its account or tunnel id is not one"));
    }
    if tunnel_secret(tunnel.secret.as_bytes()).is_none() {
        return Err(NotACredential::Malformed("its secret is not 32 bytes of base64 or more"));
    }
    let facts = Facts {
        label: format!("tunnel {}", tunnel.tunnel),
        account: Some(tunnel.account),
        tunnel: Some(tunnel.tunnel),
        ..Facts::default()
    };
    Ok((secret, facts))
}

/// Reads the tunnel secret out of either form.
pub(super) fn secret_of(secret: &Secret) -> Result<Secret, NotACredential> {
    let found = tunnel_secret(parse(secret)?.secret.as_bytes());
    found.ok_or(NotACredential::Malformed("its secret is not 32 bytes of base64 or more"))
}

/// Decodes a tunnel secret into a buffer that is sized once; none if it is too short for one.
pub(super) fn tunnel_secret(base64: &[u8]) -> Option<Secret> {
    let mut key = Wiped::from(Vec::with_capacity(base64.len() / 4 * 3 + 3));
    STANDARD.decode_vec(base64, &mut key).ok()?;
    (key.len() >= MIN_SECRET).then(|| Secret::new(std::mem::take(&mut *key)).ok()).flatten()
}

fn parse(secret: &Secret) -> Result<Tunnel, NotACredential> {
    let text = secret_text(secret)?.trim();
    let json = if text.starts_with('{') {
        Zeroizing::new(text.as_bytes().to_vec())
    } else {
        let decoded = STANDARD.decode(text);
        Zeroizing::new(
            decoded.map_err(|_| NotACredential::Malformed("it is neither tunnel JSON nor a tunnel token"))?,
        )
    };
    serde_json::from_slice(&json)
        .map_err(|_| NotACredential::Malformed("it lacks the account, secret or id of a tunnel"))
}

/// Tells whether it is a UUID in its usual form: 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
