//! A team: its domain, and the keys that sign for it.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::hosts::{ACME, AGENCY, RIVAL};
use super::keys::{self, Key};
use super::text::tag;

/// A team of the simulated world.
pub(super) struct Team {
    /// Its domain.
    pub(super) host: &'static str,
    current: usize,
    previous: usize,
    /// How often it got another key.
    pub(super) rotations: usize,
}

impl Team {
    /// Makes the teams that are always there; their keys are numbered from 1.
    pub(super) fn all() -> Vec<Self> {
        let team = |(host, number): (_, usize)| Self {
            host,
            current: 2 * number + 1,
            previous: 2 * number + 2,
            rotations: 0,
        };
        [ACME, RIVAL, AGENCY].into_iter().zip(0..).map(team).collect()
    }

    /// Shows the key that signs new tokens.
    pub(super) fn key(&self) -> Arc<Key> {
        keys::key(self.current)
    }

    /// Gives it another key; the one before the last does not hold any more.
    pub(super) fn rotate(&mut self, fresh: usize) {
        self.rotations += 1;
        self.previous = std::mem::replace(&mut self.current, fresh);
    }

    /// Tells the issuer that its tokens name.
    pub(super) fn issuer(&self) -> String {
        format!("https://{}", self.host)
    }

    /// Tells the audience of its org tokens.
    pub(super) fn audience(&self) -> String {
        tag(self.host)
    }

    /// Shows the public keys as its `certs` page does. The certificates there are for nobody to use.
    pub(super) fn key_set(&self) -> Value {
        let keys = [self.current, self.previous].map(keys::key);
        let certificates = keys.each_ref().map(|key| json!({"kid": key.kid, "cert": "not for use"}));
        json!({
            "keys": keys.map(|key| key.public()),
            "public_cert": certificates[0], "public_certs": certificates,
        })
    }

    /// Reads a token that one of its keys signed and whose time has come and is not over.
    pub(super) fn read(&self, token: &str, now: i64) -> Option<Value> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = [self.current, self.previous].map(keys::key).into_iter().find(|key| key.kid == kid)?;
        let key = DecodingKey::from_rsa_components(&key.modulus, &key.exponent).ok()?;
        // The edge has a clock of its own, so times are compared here.
        let mut signature = Validation::new(Algorithm::RS256);
        signature.required_spec_claims.clear();
        signature.validate_exp = false;
        signature.validate_aud = false;
        let claims = jsonwebtoken::decode::<Value>(token, &key, &signature).ok()?.claims;
        let lives = claims["exp"].as_i64()? > now && claims["nbf"].as_i64().unwrap_or(now) <= now;
        (lives && claims["iss"] == self.issuer()).then_some(claims)
    }
}

/// Numbers below are the teams' first keys and the stranger's.
pub(super) const FIRST_FRESH_KEY: usize = 7;
