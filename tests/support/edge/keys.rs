//! RSA keys of the teams. Making one takes a while, so all edges of a process share them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::text::tag;

/// A key that signs with RS256.
pub(crate) struct Key {
    /// Its name in a JWKS: 64 hexadecimal digits.
    pub(crate) kid: String,
    /// Its modulus as a JWKS spells it.
    pub(crate) modulus: String,
    /// Its exponent as a JWKS spells it.
    pub(crate) exponent: String,
    pair: KeyPair,
}

/// The key that is in no JWKS.
pub(crate) const STRANGER: usize = 0;

static MADE: Mutex<BTreeMap<usize, Arc<Key>>> = Mutex::new(BTreeMap::new());

/// Finds the key of this number, and makes it when it is asked for the first time.
pub(crate) fn key(number: usize) -> Arc<Key> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(made.entry(number).or_insert_with(|| Arc::new(Key::new())))
}

impl Key {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("randomness");
        let public = pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        Self { kid: tag(&modulus), modulus, exponent, pair }
    }

    /// Signs with RS256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("the buffer has the key's length");
        signature
    }

    /// Shows the public half as it stands in a JWKS.
    pub(crate) fn public(&self) -> Value {
        json!({
            "kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig",
            "e": self.exponent, "n": self.modulus,
        })
    }
}
