//! A locked agent: what is needed to tell the right passphrase, and nothing that opens without it.

use usher_proto::Secret;
use usher_proto::change::Happening;

use super::{Broker, BrokerError, Phase};
use crate::seal::{Cost, Key, Salt};
use crate::store::StoreError;

/// Say what is sealed.
const VAULT_KEY: &[u8] = b"usher vault key";
const STORE_KEY: &[u8] = b"usher store key";

/// How a locked agent opens again: the keys of its memory and of its store, under the passphrase's.
#[derive(Clone)]
pub(super) struct Lock {
    salt: Salt,
    vault_key: Vec<u8>,
    store_key: Option<Vec<u8>>,
}

/// What a locked agent does without.
pub(super) struct Keys {
    vault: Secret,
    store: Option<Secret>,
}

/// What is not open.
enum Shut {
    /// The agent's memory, under a passphrase.
    Agent(Lock),
    /// The store.
    Store,
    /// Profiles that have locked themselves, and nothing else.
    Profiles,
}

impl Lock {
    fn new(keys: &Keys, key: &Key, salt: Salt) -> Self {
        let vault_key = key.seal(VAULT_KEY, keys.vault.expose());
        let store_key = keys.store.as_ref().map(|store| key.seal(STORE_KEY, store.expose()));
        Self { salt, vault_key, store_key }
    }

    /// Gives the keys back, if the passphrase is the right one.
    async fn open(self, passphrase: Secret) -> Result<Keys, BrokerError> {
        let key = derive(passphrase, self.salt).await?;
        let open = |what, sealed: &[u8]| {
            let bytes = key.open(what, sealed).map_err(|_| BrokerError::WrongPassphrase)?;
            Secret::try_from(bytes).map_err(|_| BrokerError::WrongPassphrase)
        };
        let vault = open(VAULT_KEY, &self.vault_key)?;
        let store = self.store_key.map(|sealed| open(STORE_KEY, &sealed)).transpose()?;
        Ok(Keys { vault, store })
    }
}

impl Broker {
    /// Takes the keys of memory and store away and keeps them sealed under a passphrase.
    pub async fn lock(&self, passphrase: Secret) -> Result<(), BrokerError> {
        let _turn = self.turning.lock().await;
        self.read().await?;
        let salt = Salt::random();
        let key = derive(passphrase, salt).await?;
        let store = self.store.call(|store| Ok(store.close())).await?;
        let mut inner = self.inner();
        let vault = inner.cache.close().ok_or(BrokerError::Locked(None))?;
        inner.phase = Phase::Locked(Lock::new(&Keys { vault, store }, &key, salt));
        drop(inner);
        self.tell_of_agent(Happening::Locked);
        Ok(())
    }

    /// Opens what is closed: a locked agent, profiles, a sealed file, the OS keyring.
    ///
    /// `peer` is slowed down after wrong tries, and nobody else is.
    pub async fn unlock(&self, passphrase: Option<Secret>, peer: u32) -> Result<(), BrokerError> {
        let mut tries = self.throttle.turn(peer).await.ok_or(BrokerError::TooManyTries)?;
        let _turn = self.turning.lock().await;
        let shut = {
            let inner = self.inner();
            match &inner.phase {
                Phase::Open if inner.closed.is_empty() => return Ok(()),
                Phase::Open => Shut::Profiles,
                Phase::Locked(lock) => Shut::Agent(lock.clone()),
                Phase::Unread | Phase::Closed(_) => Shut::Store,
            }
        };
        let is_about_all = !matches!(shut, Shut::Profiles);
        let opened = match shut {
            Shut::Agent(lock) => self.open_locked(lock, passphrase.ok_or(BrokerError::Locked(None))?).await,
            Shut::Store => self.open_store(passphrase).await,
            Shut::Profiles => self.open_profiles(passphrase).await,
        };
        tries.note(matches!(opened, Err(BrokerError::WrongPassphrase)));
        if opened.is_ok() {
            self.note_opened();
            if is_about_all {
                self.tell_of_agent(Happening::Unlocked);
            }
        }
        opened
    }

    async fn open_locked(&self, lock: Lock, passphrase: Secret) -> Result<(), BrokerError> {
        let Keys { vault, store } = lock.open(passphrase).await?;
        if let Some(store_key) = store {
            self.store
                .call(move |store| {
                    store.reopen(store_key);
                    Ok(())
                })
                .await?;
        }
        let mut inner = self.inner();
        if !inner.cache.reopen(&vault) {
            return Err(BrokerError::Store(StoreError::Unavailable(
                "there was no page of memory for its key",
            )));
        }
        inner.phase = Phase::Open;
        drop(inner);
        self.to_do.notify_one();
        Ok(())
    }

    async fn open_store(&self, passphrase: Option<Secret>) -> Result<(), BrokerError> {
        self.store.call_with_prompt(move |store| store.unlock(passphrase.as_ref())).await?;
        {
            let mut inner = self.inner();
            if matches!(inner.phase, Phase::Closed(_)) {
                inner.phase = Phase::Unread;
            }
        }
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
