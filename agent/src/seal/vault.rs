//! Seals what lies in the agent's memory, under a key that is kept apart from it.

use usher_proto::Secret;
use zeroize::Zeroizing;

use super::page::Page;
use super::{CannotOpen, KEY, cipher, draw, open, seal};

/// Seals and opens as long as it has its key; a locked agent takes that away.
pub struct Vault {
    door: Option<Page>,
}

impl Vault {
    /// Draws a key of its own.
    ///
    /// # Panics
    /// The system has not one page of memory left.
    pub fn new() -> Self {
        let mut key = Zeroizing::new([0; KEY]);
        draw(&mut *key);
        Self { door: Some(Page::holding(&key).expect("a page of memory at the start")) }
    }

    /// Seals a text; none without the key. `aad` is not part of the result, and must be the same to
    /// open it.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        let page = self.door.as_ref()?;
        Some(seal(&cipher(page.key()), aad, plaintext))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// The key is not there; another `aad`, or changed bytes.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let page = self.door.as_ref().ok_or(CannotOpen)?;
        open(&cipher(page.key()), aad, sealed)
    }

    /// Hands the key out, so that it can be sealed under another one. Nothing opens until it is back.
    pub fn close(&mut self) -> Option<Secret> {
        let page = self.door.take()?;
        Secret::new(page.key().to_vec()).ok()
    }

    /// Takes the key back; one that is none is not taken.
    pub fn reopen(&mut self, key: &Secret) {
        if let (None, Ok(key)) = (&self.door, key.expose().try_into()) {
            self.door = Page::holding(key);
        }
    }

    /// Tells whether it has its key.
    pub fn is_open(&self) -> bool {
        self.door.is_some()
    }
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
}
