//! A locked agent: what is needed to tell the right passphrase, and nothing that opens without it.

use usher_proto::Secret;

use super::{Broker, BrokerError, Phase};
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

impl Broker {
    /// Seals every secret under a passphrase.
    pub async fn lock(&self, passphrase: Secret) -> Result<(), BrokerError> {
        let _turn = self.turning.lock().await;
        self.read().await?;
        let (lock, key) = Lock::under(passphrase).await?;
        let store_key = self.store.call(|store| Ok(store.close())).await?;
        let mut inner = self.inner();
        inner.cache.seal(&key);
        inner.phase = Phase::Locked(lock.with_store_key(&key, store_key));
        Ok(())
    }

    /// Opens what is closed: a locked agent, a sealed file, the OS keyring.
    ///
    /// `peer` is slowed down after wrong tries, and nobody else is.
    pub async fn unlock(&self, passphrase: Option<Secret>, peer: u32) -> Result<(), BrokerError> {
        let mut tries = self.throttle.turn(peer).await;
        let _turn = self.turning.lock().await;
        let lock = match &self.inner().phase {
            Phase::Open => return Ok(()),
            Phase::Locked(lock) => Some(lock.clone()),
            Phase::Unread => None,
        };
        let opened = match lock {
            Some(lock) => self.open_locked(lock, passphrase.ok_or(BrokerError::Locked)?).await,
            None => self.open_store(passphrase).await,
        };
        tries.note(matches!(opened, Err(BrokerError::WrongPassphrase)));
        opened
    }

    async fn open_locked(&self, lock: Lock, passphrase: Secret) -> Result<(), BrokerError> {
        let (key, store_key) = lock.open(passphrase).await?;
        if let Some(store_key) = store_key {
            self.store
                .call(move |store| {
                    store.reopen(store_key);
                    Ok(())
                })
                .await?;
        }
        let mut inner = self.inner();
        inner.cache.open(&key);
        inner.phase = Phase::Open;
        Ok(())
    }

    async fn open_store(&self, passphrase: Option<Secret>) -> Result<(), BrokerError> {
        self.store.call_with_prompt(move |store| store.unlock(passphrase.as_ref())).await?;
        self.read().await
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
