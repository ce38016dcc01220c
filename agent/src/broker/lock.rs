//! A locked agent: what is needed to tell the right passphrase, and nothing that opens without it.

use usher_proto::Secret;

use super::BrokerError;
use crate::seal::{Cost, Key, Salt};
use crate::store::StoreError;

/// Says what the sealed check value is, and what the sealed store key is.
const CHECK: &[u8] = b"usher lock";
const STORE_KEY: &[u8] = b"usher store key";

/// How a locked agent opens again.
#[derive(Clone)]
pub(super) struct Lock {
    salt: Salt,
    check: Vec<u8>,
    store_key: Option<Vec<u8>>,
}

impl Lock {
    /// Makes the key of a passphrase, and what tells it again.
    pub(super) async fn under(passphrase: Secret) -> Result<(Self, Key), BrokerError> {
        let salt = Salt::random();
        let key = derive(passphrase, salt).await?;
        let check = key.seal(CHECK, CHECK);
        Ok((Self { salt, check, store_key: None }, key))
    }

    /// Adds the store's own key, so that the store is closed too.
    pub(super) fn with_store_key(self, key: &Key, store_key: Option<Secret>) -> Self {
        let store_key = store_key.map(|secret| key.seal(STORE_KEY, secret.expose()));
        Self { store_key, ..self }
    }

    /// Gives the key back, and the store's, if the passphrase is the right one.
    pub(super) async fn open(self, passphrase: Secret) -> Result<(Key, Option<Secret>), BrokerError> {
        let key = derive(passphrase, self.salt).await?;
        key.open(CHECK, &self.check).map_err(|_| BrokerError::WrongPassphrase)?;
        let open = |sealed: Vec<u8>| {
            let mut bytes = key.open(STORE_KEY, &sealed).map_err(|_| BrokerError::WrongPassphrase)?;
            Secret::new(std::mem::take(&mut *bytes)).map_err(|_| BrokerError::WrongPassphrase)
        };
        let store_key = self.store_key.map(open).transpose()?;
        Ok((key, store_key))
    }
}

/// Argon2id takes a tenth of a second and 64 MiB: off the agent's one thread.
async fn derive(passphrase: Secret, salt: Salt) -> Result<Key, BrokerError> {
    let derived = tokio::task::spawn_blocking(move || Key::derive(&passphrase, &salt, Cost::default())).await;
    derived
        .ok()
        .and_then(Result::ok)
        .ok_or(BrokerError::Store(StoreError::Unavailable("there was no memory for Argon2id")))
}
