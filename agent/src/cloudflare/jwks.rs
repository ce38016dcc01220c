//! A team's public keys, and the signatures that they verify.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::jwt::MAX_JWT;

/// The keys with which a team signs: the current one and the one before.
pub(super) struct KeySet(Vec<(String, DecodingKey)>);

/// Why a token is not what it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unverified {
    /// No key can change that.
    Malformed(&'static str),
    /// It does not verify with these keys; the team may have newer ones.
    Unknown(&'static str),
}

/// A key as the team publishes it; keys of other forms are passed over.
#[derive(Deserialize)]
struct Published {
    kid: Option<String>,
    kty: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

#[derive(Deserialize)]
struct PublishedSet {
    keys: Vec<Published>,
}

impl KeySet {
    /// Reads the answer of a team's `/cdn-cgi/access/certs`; nothing if it holds no key that counts.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let set: PublishedSet = serde_json::from_slice(body).ok()?;
        let keys: Vec<_> = set.keys.into_iter().filter_map(Published::key).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Verifies a token's signature and reads its claims, all of which are still to be checked.
    ///
    /// RS256 alone, and the key alone that the token names.
    pub(super) fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, Unverified> {
        if token.len() > MAX_JWT {
            return Err(Unverified::Malformed("a token is longer than any of Access"));
        }
        let header = jsonwebtoken::decode_header(token);
        let header = header.map_err(|_| Unverified::Malformed("a token is no JWT"))?;
        if header.alg != Algorithm::RS256 {
            return Err(Unverified::Malformed("a token is not signed with RS256"));
        }
        if header.crit.is_some() {
            return Err(Unverified::Malformed("a token asks for what is not known"));
        }
        let kid = header.kid.ok_or(Unverified::Malformed("a token does not name its key"))?;
        let (_, key) = self
            .0
            .iter()
            .find(|(id, _)| *id == kid)
            .ok_or(Unverified::Unknown("a token is signed with a key that is not the team's"))?;
        match jsonwebtoken::decode(token, key, &signature_only()) {
            Ok(decoded) => Ok(decoded.claims),
            Err(error) if *error.kind() == ErrorKind::InvalidSignature => {
                Err(Unverified::Unknown("the signature of a token does not hold"))
            }
            Err(_) => Err(Unverified::Malformed("a token lacks what tokens of Access say")),
        }
    }
}

impl Published {
    fn key(self) -> Option<(String, DecodingKey)> {
        let Published { kid: Some(kid), kty: Some(kty), alg, n: Some(n), e: Some(e) } = self else {
            return None;
        };
        let is_rs256 = kty == "RSA" && alg.is_none_or(|alg| alg == "RS256");
        let key = is_rs256.then(|| DecodingKey::from_rsa_components(&n, &e).ok())??;
        Some((kid, key))
    }
}

/// Leaves every claim to us: the library would look at the system's clock, and the clock is passed in.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cloudflare::testing::{Signer, encoded};

    fn unknown(result: Result<Value, Unverified>) -> bool {
        matches!(result, Err(Unverified::Unknown(_)))
    }

    fn malformed(result: Result<Value, Unverified>) -> bool {
        matches!(result, Err(Unverified::Malformed(_)))
    }

    #[test]
    fn verifies_what_the_team_signed_and_nothing_else() {
        let (ours, theirs) = (Signer::ours(), Signer::theirs());
        let keys = KeySet::parse(&ours.published()).expect("keys");
        let claims = json!({"type": "app", "exp": 1});
        assert_eq!(keys.verify::<Value>(&ours.sign(&claims)), Ok(claims.clone()));

        assert!(unknown(keys.verify(&theirs.sign(&claims))), "another key's id");
        let posing = theirs.sign_as(&json!({"alg": "RS256", "kid": ours.kid}), &claims);
        assert!(unknown(keys.verify(&posing)), "another key with our key's id");
        let token = ours.sign(&claims);
        let (head, signature) = token.rsplit_once('.').expect("a signature");
        let (header, _) = head.split_once('.').expect("claims");
        let changed = format!("{header}.{}.{signature}", encoded(&json!({"type": "app", "exp": 2})));
        assert!(unknown(keys.verify(&changed)), "changed claims");
        assert!(unknown(keys.verify(&format!("{head}."))), "no signature");
    }

    #[test]
    fn refuses_other_algorithms_and_forms() {
        let ours = Signer::ours();
        let keys = KeySet::parse(&ours.published()).expect("keys");
        let claims = json!({"exp": 1});
        for header in [
            json!({"alg": "RS256"}),
            json!({"alg": "RS384", "kid": ours.kid}),
            json!({"alg": "PS256", "kid": ours.kid}),
            json!({"alg": "HS256", "kid": ours.kid}),
            json!({"alg": "none", "kid": ours.kid}),
            json!({"alg": "RS256", "kid": ours.kid, "crit": ["exp"]}),
            json!({"kid": ours.kid}),
        ] {
            assert!(malformed(keys.verify(&ours.sign_as(&header, &claims))), "{header}");
        }
        for text in ["", ".", "..", "a.b", "a.b.c.d", "not-available", &"x".repeat(MAX_JWT + 1)] {
            assert!(malformed(keys.verify(text)), "{text:.20}");
        }
        assert!(malformed(keys.verify::<Vec<u8>>(&ours.sign(&json!("text"))).map(|_| json!(0))), "claims");
    }

    #[test]
    fn passes_over_keys_of_other_forms() {
        let ours = Signer::ours();
        let mut set: Value = serde_json::from_slice(&ours.published()).expect("JSON");
        let own = set["keys"][0].clone();
        let others = [
            json!({}),
            json!({"kid": ours.kid, "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
            json!({"kid": ours.kid, "kty": "RSA", "alg": "RS512", "n": own["n"], "e": own["e"]}),
            json!({"kid": ours.kid, "kty": "RSA", "n": "*", "e": "AQAB"}),
            json!({"kty": "RSA", "n": own["n"], "e": own["e"]}),
        ];
        assert!(KeySet::parse(json!({ "keys": others }).to_string().as_bytes()).is_none());
        let mut all = others.to_vec();
        all.push(own);
        set["keys"] = all.into();
        let keys = KeySet::parse(set.to_string().as_bytes()).expect("one key counts");
        assert!(keys.verify::<Value>(&ours.sign(&json!({}))).is_ok());
        for none in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#, "<html>"] {
            assert!(KeySet::parse(none.as_bytes()).is_none(), "{none}");
        }
    }
}
