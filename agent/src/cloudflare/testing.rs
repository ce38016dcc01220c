//! What the unit tests of the flows share: keys that sign, and an application.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use usher_proto::{Secret, Timestamp};

use super::edge::Application;

/// The time of the tests: Tue, 14 Nov 2023 22:13:20 GMT.
pub(super) const NOW: Timestamp = Timestamp(1_700_000_000);

/// The same, as HTTP writes it.
pub(super) const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";

pub(super) const AUD: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(super) fn application() -> Application {
    Application {
        app: "app.example.com".parse().expect("a pattern"),
        audience: AUD.parse().expect("an AUD"),
        team: "acme.cloudflareaccess.com".parse().expect("a team"),
    }
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec()).expect("not empty")
}

/// Base64 of a value's JSON, as JWTs have it.
pub(super) fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A key that signs as a team's do.
pub(super) struct Signer {
    pub(super) kid: &'static str,
    key: KeyPair,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        Self { kid, key: KeyPair::generate(KeySize::Rsa2048).expect("an RSA key") }
    }

    /// The team's key.
    pub(super) fn ours() -> &'static Self {
        static OURS: OnceLock<Signer> = OnceLock::new();
        OURS.get_or_init(|| Self::new("ours"))
    }

    /// A key of nobody's.
    pub(super) fn theirs() -> &'static Self {
        static THEIRS: OnceLock<Signer> = OnceLock::new();
        THEIRS.get_or_init(|| Self::new("theirs"))
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({"alg": "RS256", "kid": self.kid, "typ": "JWT"}), claims)
    }

    pub(super) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", encoded(header), encoded(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The key set that holds this key alone.
    pub(super) fn published(&self) -> Vec<u8> {
        let public = self.key.public_key();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) = (public.modulus(), public.exponent());
        let n = text(n.big_endian_without_leading_zero());
        let e = text(e.big_endian_without_leading_zero());
        json!({"keys": [{"kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e}]})
            .to_string()
            .into_bytes()
    }
}
