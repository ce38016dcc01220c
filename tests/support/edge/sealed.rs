//! The box in which a login's tokens travel: NaCl, from a key made for it alone.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use crypto_box::aead::{Aead, AeadCore, OsRng};
use crypto_box::{PublicKey, SalsaBox, SecretKey};

/// A text that only one key opens.
pub(crate) struct Sealed {
    /// The sender's key, as the header spells it.
    pub(crate) from: String,
    /// The box, as the body spells it.
    pub(crate) body: String,
}

/// Reads a program's public key as it stands in a login's URL.
pub(crate) fn public_key(text: &str) -> Option<PublicKey> {
    let bytes = URL_SAFE.decode(text).ok()?;
    PublicKey::from_slice(&bytes).ok()
}

/// Makes the public key of nobody who asked.
pub(crate) fn strangers_key() -> PublicKey {
    SecretKey::generate(&mut OsRng).public_key()
}

/// Seals a text for a key.
pub(crate) fn seal(text: &str, to: &PublicKey) -> Sealed {
    let own = SecretKey::generate(&mut OsRng);
    let nonce = SalsaBox::generate_nonce(&mut OsRng);
    let sealed = SalsaBox::new(to, &own).encrypt(&nonce, text.as_bytes()).expect("a short text");
    Sealed {
        from: URL_SAFE.encode(own.public_key().as_bytes()),
        body: STANDARD.encode([nonce.as_slice(), &sealed].concat()),
    }
}
