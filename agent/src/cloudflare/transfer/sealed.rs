//! The NaCl box in which a login's tokens come, and the key that opens it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use crypto_box::aead::AeadInPlace;
use crypto_box::{KEY_SIZE, PublicKey, SalsaBox, SecretKey};
use serde::Deserialize;
use usher_proto::{Secret, Wiped};
use zeroize::Zeroizing;

use crate::cloudflare::base64::decoded;

const NONCE: usize = 24;
const TAG: usize = 16;

/// A key pair, made for one login.
///
/// Kept as bytes of ours, because [`SecretKey`] wipes only half of what it holds.
pub(in crate::cloudflare) struct Key(Wiped);

/// What was in the box, not verified yet.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cloudflare) struct Opened {
    pub(in crate::cloudflare) app: Secret,
    pub(in crate::cloudflare) org: Option<Secret>,
}

#[derive(Deserialize)]
struct Content {
    app_token: Zeroizing<String>,
    #[serde(default)]
    org_token: Option<Zeroizing<String>>,
}

impl Key {
    pub(in crate::cloudflare) fn generate() -> Self {
        let mut bytes = Wiped::zeros(KEY_SIZE);
        getrandom::fill(&mut bytes).expect("no login can be begun on a system without random numbers");
        Self(bytes)
    }

    /// Shows the public half as the edge and the transfer service know it: 44 characters.
    pub(in crate::cloudflare) fn public_text(&self) -> String {
        URL_SAFE.encode(self.secret().public_key().as_bytes())
    }

    fn secret(&self) -> SecretKey {
        SecretKey::from_slice(&self.0).expect("a key is made with its length")
    }
}

/// Opens a box: the text of a body, with the key of who sealed it.
///
/// # Errors
/// What is wrong with it, to follow "what HOST answered does not hold: ".
pub(super) fn open(key: &Key, peer: &str, body: Wiped) -> Result<Opened, &'static str> {
    let peer = URL_SAFE.decode(peer.trim()).map_err(|_| "the key of a login's answer is no key")?;
    let peer = PublicKey::from_slice(&peer).map_err(|_| "the key of a login's answer is no key")?;
    let mut sealed = unfolded(body).ok_or("a login's answer is not base64")?;
    if sealed.len() < NONCE + TAG {
        return Err("a login's answer is too short");
    }
    let (nonce, rest) = sealed.split_at_mut(NONCE);
    let (tag, text) = rest.split_at_mut(TAG);
    SalsaBox::new(&peer, &key.secret())
        .decrypt_in_place_detached((&*nonce).into(), b"", text, (&*tag).into())
        .map_err(|_| "a login's answer was not sealed for this login")?;
    let content: Content = serde_json::from_slice(text).map_err(|_| "a login's answer holds no tokens")?;
    let app = content.app_token.try_into().map_err(|_| "a login's answer holds no app token")?;
    let is_jwt = |text: &Zeroizing<String>| text.split('.').count() == 3;
    Ok(Opened { app, org: content.org_token.filter(is_jwt).and_then(|text| text.try_into().ok()) })
}

/// Decodes base64. Go takes line ends inside; so do we.
fn unfolded(mut body: Wiped) -> Option<Wiped> {
    body.retain(|byte| !matches!(byte, b'\r' | b'\n'));
    decoded(body.trim_ascii())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use crypto_box::aead::Aead;

    use super::*;
    use crate::cloudflare::testing;

    const PEER: &str = "eaYx7t4b-cmPEgMs3q3Q56B5OY_HhriMyEbsia-FpRo=";
    const BODY: &str = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7aeG1qIC6sZOWbKeOW7lzVtNltSf+GAv2F3qSb+7YAm2eEEMCZW4vZe8goeUPlc6sqoGtR/Q=";

    fn key() -> Key {
        Key(Wiped::from((0..32).collect::<Vec<u8>>()))
    }

    fn opened(peer: &str, body: &str) -> Result<Opened, &'static str> {
        open(&key(), peer, Wiped::from(body.as_bytes().to_vec()))
    }

    /// Seals a text as the transfer service would.
    fn sealed(text: &str) -> String {
        let service = SecretKey::from_bytes(std::array::from_fn(|at| 0x40 + at as u8));
        let nonce = [7; NONCE];
        let sealed =
            SalsaBox::new(&key().secret().public_key(), &service).encrypt(&nonce.into(), text.as_bytes());
        STANDARD.encode([&nonce[..], &sealed.expect("seals")].concat())
    }

    #[test]
    fn opens_what_libsodium_sealed() {
        assert_eq!(key().public_text(), "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=");
        let whole = Opened { app: testing::secret("app"), org: None };
        assert_eq!(opened(PEER, BODY), Ok(whole));
        let folded = format!(" {}\r\n{}\n", &BODY[..76], &BODY[76..]);
        assert!(opened(PEER, &folded).is_ok());
        assert!(opened(&format!(" {PEER}"), BODY).is_ok());
    }

    #[test]
    fn an_org_token_that_is_none_is_left_out() {
        let org = |json: &str| opened(PEER, &sealed(json)).expect("opens").org;
        assert_eq!(org(r#"{"app_token":"a","org_token":"h.c.s"}"#), Some(testing::secret("h.c.s")));
        for none in [
            r#"{"app_token":"a","org_token":"not-available"}"#,
            r#"{"app_token":"a","org_token":""}"#,
            r#"{"app_token":"a","org_token":null}"#,
            r#"{"app_token":"a"}"#,
        ] {
            assert_eq!(org(none), None, "{none}");
        }
    }

    #[test]
    fn refuses_what_is_no_answer_to_this_login() {
        let flipped = BODY.replace("aeG1", "aeG2");
        let short = STANDARD.encode([0; NONCE + TAG - 1]);
        let empty = STANDARD.encode([0; NONCE + TAG]);
        for body in
            ["", "x", "<html>", &BODY[4..], &BODY[..80], &flipped, &short, &empty, &BODY.replace('=', "")]
        {
            assert!(opened(PEER, body).is_err(), "{body}");
        }
        let of_length = |length| URL_SAFE.encode(vec![9; length]);
        for peer in [
            "",
            "x",
            &of_length(31),
            &of_length(33),
            &of_length(64),
            &PEER.replace('=', ""),
            &PEER.replace('-', "+"),
        ] {
            assert!(opened(peer, BODY).is_err(), "{peer}");
        }
        assert!(open(&Key::generate(), PEER, Wiped::from(BODY.as_bytes().to_vec())).is_err());
        for json in ["", "{}", "[]", r#"{"app_token":""}"#, r#"{"app_token":7}"#, r#"{"org_token":"h.c.s"}"#]
        {
            assert!(opened(PEER, &sealed(json)).is_err(), "{json}");
        }
    }

    #[test]
    fn every_login_has_a_key_of_its_own() {
        assert_ne!(Key::generate().public_text(), Key::generate().public_text());
    }
}
