//! What is held: listed, counted, shown, taken in, and wiped.

use std::sync::Arc;

use usher_proto::answer::{Imported, Outcome};
use usher_proto::change::Happening;
use usher_proto::frame::MAX_MESSAGE;
use usher_proto::request::Import;
use usher_proto::{Credential, CredentialId, ProfileName, json};

use super::{Broker, BrokerError};
use crate::cloudflare;
use crate::store::Record;

/// Bytes of JSON in one page of a list, so that with one credential more it is still a message.
const PAGE: usize = MAX_MESSAGE / 2;

impl Broker {
    /// Lists what is held, one profile's or all, from the one after `after` on and as much of it as
    /// fits into a message; tells whether there is more.
    pub async fn list(
        &self,
        profile: Option<&ProfileName>,
        after: Option<&CredentialId>,
    ) -> Result<(Vec<Arc<Credential>>, bool), BrokerError> {
        self.read().await?;
        let inner = self.inner();
        let after = after.map(|id| inner.cache.credential(id).ok_or(BrokerError::NoSuchId)).transpose()?;
        let (mut page, mut bytes) = (Vec::new(), 0);
        for credential in inner.cache.list_after(profile, after.as_ref()) {
            bytes += json::encode(credential).map_or(PAGE, |line| line.len());
            if bytes > PAGE && !page.is_empty() {
                return Ok((page, true));
            }
            page.push(Arc::clone(credential));
        }
        Ok((page, false))
    }

    /// Counts the credentials held, and those of them that the store does not have.
    pub fn count(&self) -> (usize, usize) {
        let inner = self.inner();
        (inner.cache.len(), inner.cache.unsaved_count(None))
    }

    /// Shows one credential.
    pub async fn show(&self, id: &CredentialId) -> Result<Arc<Credential>, BrokerError> {
        self.read().await?;
        self.inner().cache.credential(id).ok_or(BrokerError::NoSuchId)
    }

    /// Tells what is known of a credential, also while the agent is locked; the store is not asked.
    pub fn known(&self, id: &CredentialId) -> Option<Arc<Credential>> {
        self.inner().cache.credential(id)
    }

    /// Takes a secret in that somebody hands over.
    pub async fn import(&self, import: Import) -> Result<Imported, BrokerError> {
        if let Err(error @ BrokerError::Locked(_)) = self.read().await {
            return Err(error);
        }
        let given = cloudflare::read(import, self.clock.now())?;
        self.refuse_revoked(&given)?;
        self.take_in(given).await
    }

    /// Takes a record in: first into memory, then into the store, from which it is read back.
    ///
    /// If the store fails the secret can be used until the agent ends, and the answer says so.
    pub(super) async fn take_in(&self, given: Record) -> Result<Imported, BrokerError> {
        let (record, outcome) = {
            let mut inner = self.inner();
            inner.refuse_if_locked(&given.credential.profile)?; // nothing open comes into a locked agent
            inner.cache.take_in(given)
        };
        self.tell_come(&record.credential, outcome);
        let stored = match outcome {
            Outcome::New | Outcome::Replaced => self.save(&record).await,
            Outcome::Unchanged | Outcome::Older => self.check(&record).await,
        };
        if stored.is_ok() {
            self.inner().cache.saved(&record);
            self.save_unsaved().await;
        }
        Ok(Imported {
            credential: Arc::clone(&record.credential),
            outcome,
            safe: stored.is_ok() && outcome != Outcome::Older && self.store.outlives_reboot(),
            trouble: stored.err().map(|error| BrokerError::from(error).into()),
        })
    }

    /// Wipes a credential from the store and then from memory; tells how many that were.
    pub async fn forget(&self, id: &CredentialId) -> Result<u64, BrokerError> {
        self.show(id).await?;
        self.forget_each(vec![id.clone()]).await
    }

    /// Wipes all that is held, one profile's or everybody's.
    pub async fn forget_all(&self, profile: Option<&ProfileName>) -> Result<u64, BrokerError> {
        self.read().await?;
        let all = self.inner().cache.list(profile);
        self.forget_each(all.iter().map(|credential| credential.id.clone()).collect()).await
    }

    async fn forget_each(&self, ids: Vec<CredentialId>) -> Result<u64, BrokerError> {
        let mut count = 0;
        for id in ids {
            let gone = id.clone();
            self.store.call(move |store| store.remove(&gone)).await?;
            let mut inner = self.inner();
            let forgotten = inner.cache.credential(&id);
            inner.cache.remove(&id);
            drop(inner);
            if let Some(credential) = forgotten {
                self.tell(Happening::Forgotten, &credential);
            }
            count += 1;
        }
        Ok(count)
    }
}
