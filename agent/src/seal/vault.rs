//! Seals what lies in the agent's memory, under a key that is kept apart from it.
//!
//! AES-256-GCM, which processors do themselves: it opens a token in an eighth of the time that
//! XChaCha20-Poly1305 takes, and that happens at every lookup. A sealed text is
//! `nonce (12) · ciphertext · tag (16)`; the nonce counts, which is enough for a key that ends with the
//! process.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use usher_proto::Secret;
use zeroize::Zeroizing;

use super::page::Page;
use super::{CannotOpen, KEY, TAG, draw, without_trace};

/// Seals and opens as long as it has its key; a locked agent takes that away.
pub struct Vault {
    door: Option<Page>,
    /// How many texts were sealed with the key.
    count: AtomicU64,
}

impl Vault {
    /// Draws a key of its own.
    ///
    /// # Panics
    /// The system has not one page of memory left.
    pub fn new() -> Self {
        let mut key = Zeroizing::new([0; KEY]);
        draw(&mut *key);
        let page = Page::holding(&key).expect("a page of memory at the start");
        Self { door: Some(page), count: AtomicU64::new(0) }
    }

    /// Seals a text; none without the key. `aad` is not part of the result, and must be the same to
    /// open it.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        let page = self.door.as_ref()?;
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&self.count.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        let mut sealed = Vec::with_capacity(NONCE_LEN + plaintext.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext); // encrypted in place
        let tag = without_trace(|| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            cipher(page)?.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut sealed[NONCE_LEN..]).ok()
        });
        sealed.extend_from_slice(tag.expect("nothing that fits into memory is too long").as_ref());
        Some(sealed)
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// The key is not there; another `aad`, or changed bytes.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let page = self.door.as_ref().ok_or(CannotOpen)?;
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
        let mut text = Zeroizing::new(rest.to_vec());
        let opened = without_trace(|| {
            let nonce = Nonce::assume_unique_for_key(*nonce);
            let plain = cipher(page)?.open_in_place(nonce, Aad::from(aad), &mut text).ok()?;
            Some(plain.len())
        });
        text.truncate(opened.ok_or(CannotOpen)?);
        Ok(text)
    }

    /// Hands the key out, so that it can be sealed under another one. Nothing opens until it is back.
    pub fn close(&mut self) -> Option<Secret> {
        let page = self.door.take()?;
        Secret::new(page.key().to_vec()).ok()
    }

    /// Takes the key back; one that is none is not taken. Tells whether the vault is open then: the
    /// system may have no memory for the key.
    pub fn reopen(&mut self, key: &Secret) -> bool {
        if let (None, Ok(key)) = (&self.door, key.expose().try_into()) {
            self.door = Page::holding(key);
        }
        self.is_open()
    }

    /// Tells whether it has its key.
    pub fn is_open(&self) -> bool {
        self.door.is_some()
    }
}

fn cipher(page: &Page) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, page.key()).ok().map(LessSafeKey::new)
}

impl Default for Vault {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_vault_opens_nothing_until_its_key_is_back() {
        let mut vault = Vault::new();
        let sealed = vault.seal(b"id", b"canary").expect("open");
        assert_eq!(vault.open(b"id", &sealed).expect("open").as_slice(), b"canary");
        let key = vault.close().expect("open");
        assert!(!vault.is_open() && vault.close().is_none());
        assert_eq!(vault.open(b"id", &sealed), Err(CannotOpen));
        assert!(vault.seal(b"id", b"x").is_none());
        vault.reopen(&Secret::new(b"short".to_vec()).expect("not empty"));
        assert!(!vault.is_open());
        vault.reopen(&key);
        assert_eq!(vault.open(b"id", &sealed).expect("open").as_slice(), b"canary");
        assert_eq!(vault.open(b"other", &sealed), Err(CannotOpen));
        assert_eq!(Vault::new().open(b"id", &sealed), Err(CannotOpen));
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let vault = Vault::new();
        let sealed = vault.seal(b"id", b"canary").expect("open");
        assert_ne!(vault.seal(b"id", b"canary").expect("open"), sealed, "each has a nonce of its own");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(vault.open(b"id", &changed), Err(CannotOpen), "byte {at}");
            assert_eq!(vault.open(b"id", &sealed[..at]), Err(CannotOpen), "{at} bytes");
        }
    }
}
