//! Tunnel credentials (`<uuid>.json`) and the tunnel token: two forms of the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use usher_proto::Secret;
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
    let text = secret_text(&secret)?.trim();
    let json = if text.starts_with('{') {
        Zeroizing::new(text.as_bytes().to_vec())
    } else {
        let decoded = STANDARD.decode(text);
        Zeroizing::new(
            decoded.map_err(|_| NotACredential::Malformed("it is neither tunnel JSON nor a tunnel token"))?,
        )
    };
    let tunnel: Tunnel = serde_json::from_slice(&json)
        .map_err(|_| NotACredential::Malformed("it lacks the account, secret or id of a tunnel"))?;
    if tunnel.tunnel.is_empty() {
        return Err(NotACredential::Legacy(
            "it does not name its tunnel: fetch it again with `cloudflared tunnel token`",
        ));
    }
    if !is_cloudflare_id(&tunnel.account) || !is_uuid(&tunnel.tunnel) {
        return Err(NotACredential::Malformed("its account or tunnel id is not one"));
    }
    if STANDARD.decode(tunnel.secret.as_bytes()).map(Zeroizing::new).is_ok_and(|key| key.len() >= MIN_SECRET)
    {
        let facts = Facts {
            label: format!("tunnel {}", tunnel.tunnel),
            account: Some(tunnel.account),
            tunnel: Some(tunnel.tunnel),
            ..Facts::default()
        };
        return Ok((secret, facts));
    }
    Err(NotACredential::Malformed("its secret is not 32 bytes of base64 or more"))
}

/// Tells whether it is a UUID in its usual form: 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
