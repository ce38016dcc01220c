//! Signing, and the many ways in which a signed text can be wrong.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::keys::{self, Key, STRANGER};

/// Team domains as hostile metadata may name them: none of them may be asked for keys.
pub const HOSTILE_TEAMS: [&str; 15] = [
    "",
    "%",
    "evil.example",
    "evilcloudflareaccess.com",
    "cloudflareaccess.com",
    ".cloudflareaccess.com",
    "keys.evil.example#.cloudflareaccess.com",
    "keys.evil.example/x.cloudflareaccess.com",
    "keys.evil.example?x=.cloudflareaccess.com",
    "keys.evil.example\\.cloudflareaccess.com",
    "acme.cloudflareaccess.com@evil.example",
    "acme.cloudflareaccess.com.evil.example",
    "evil.example:443#acme.cloudflareaccess.com",
    "acme.cloudflareaccess.com\r\nx: y",
    "too.many.labels.cloudflareaccess.com",
];

/// What is wrong with a signed text.
#[derive(Debug, Clone)]
pub enum Forgery {
    /// A key signed that is not in the key set, and says so.
    UnknownKey,
    /// A key signed that is not in the key set, under the name of the team's key.
    WrongSignature,
    /// Another team's key signed, under its own name.
    KeyOf(&'static str),
    /// Does not name the key.
    NoKid,
    /// Is not signed: `alg` is `none`.
    Unsigned,
    /// Is signed with the public key as if that were a shared secret.
    Hs256,
    /// A claim is another one.
    Claim(&'static str, Value),
    /// A claim, which is a number, is off by so much.
    Shifted(&'static str, i64),
    /// A claim is missing.
    Without(&'static str),
    /// It is another text altogether.
    Text(String),
}

/// Signs claims as Cloudflare does, but for what is asked to be wrong; `key_of` finds a team's key.
pub(super) fn sign(
    key: &Arc<Key>,
    mut claims: Value,
    forgeries: &[&Forgery],
    key_of: impl Fn(&str) -> Arc<Key>,
) -> String {
    let mut header = json!({"alg": "RS256", "kid": key.kid, "typ": "JWT"});
    let mut signs = Signs::With(Arc::clone(key));
    for forgery in forgeries {
        match forgery {
            Forgery::Claim(name, value) => claims[*name] = value.clone(),
            Forgery::Shifted(name, by) => claims[*name] = (claims[*name].as_i64().unwrap_or(0) + by).into(),
            Forgery::Without(name) => remove(&mut claims, name),
            Forgery::Text(text) => return text.clone(),
            Forgery::NoKid => remove(&mut header, "kid"),
            Forgery::WrongSignature => signs = Signs::With(keys::key(STRANGER)),
            Forgery::UnknownKey => {
                let stranger = keys::key(STRANGER);
                header["kid"] = stranger.kid.clone().into();
                signs = Signs::With(stranger);
            }
            Forgery::KeyOf(team) => {
                let theirs = key_of(team);
                header["kid"] = theirs.kid.clone().into();
                signs = Signs::With(theirs);
            }
            Forgery::Unsigned => {
                header["alg"] = "none".into();
                signs = Signs::Nobody;
            }
            Forgery::Hs256 => {
                header["alg"] = "HS256".into();
                signs = Signs::Everybody;
            }
        }
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = match signs {
        Signs::With(key) => key.sign(message.as_bytes()),
        Signs::Everybody => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, key.modulus.as_bytes());
            hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
        }
        Signs::Nobody => Vec::new(),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

enum Signs {
    With(Arc<Key>),
    /// Whoever knows the public key.
    Everybody,
    Nobody,
}

fn remove(object: &mut Value, name: &str) {
    object.as_object_mut().expect("headers and claims are objects").remove(name);
}
