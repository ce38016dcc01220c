//! Keeps cache and store in step: reads the store once, and writes what the cache takes in.

use std::sync::atomic::Ordering;

use usher_proto::CredentialId;

use super::{Broker, BrokerError, Inner, Phase};
use crate::store::{Contents, Record, StoreError};

impl Broker {
    /// Writes what could not be stored before: when the store works again, and when the agent ends.
    pub async fn save_unsaved(&self) {
        let unsaved = self.inner().cache.unsaved();
        let sealed = self.count().1 - unsaved.len();
        if sealed > 0 {
            log::error!("{sealed} credentials were never stored and are lost with the locked agent");
        }
        for record in unsaved {
            match self.save(&record).await {
                Ok(()) => self.inner().cache.saved(&record),
                Err(error) => {
                    log::error!("{} could not be stored: {error}", record.credential.id);
                    return; // the next would fare no better
                }
            }
        }
    }

    /// Reads the store unless that was done; many callers cause one reading and share its outcome.
    pub(super) async fn read(&self) -> Result<(), BrokerError> {
        let seen = self.readings.load(Ordering::Relaxed);
        match &self.inner().phase {
            Phase::Open => return Ok(()),
            phase => phase.refuse_if_locked()?,
        }
        // In a box: every connection would else have room for what happens once.
        Box::pin(self.read_once(seen)).await
    }

    async fn read_once(&self, seen: u64) -> Result<(), BrokerError> {
        let mut outcome = self.reading.lock().await;
        self.inner().phase.refuse_if_locked()?; // it locked itself meanwhile
        if self.readings.load(Ordering::Relaxed) == seen {
            *outcome = self.read_store().await;
            self.readings.fetch_add(1, Ordering::Relaxed);
            if outcome.is_ok() {
                self.save_unsaved().await;
            }
        }
        (*outcome).map_err(BrokerError::from)
    }

    async fn read_store(&self) -> Result<(), StoreError> {
        let half_wiped = self.take_over(self.store.load().await?);
        self.note_opened();
        self.changes.look();
        self.to_do.notify_one();
        for id in half_wiped {
            log::info!("{id} was revoked before the agent began, and is wiped");
            self.store.call(move |store| store.remove(&id)).await?;
        }
        Ok(())
    }

    /// Takes over what the store holds. Names what was being wiped when an agent before this one ended.
    fn take_over(&self, held: Contents) -> Vec<CredentialId> {
        let mut inner = self.inner();
        let Inner { cache, notes: noted, phase, .. } = &mut *inner;
        for note in &held.notes {
            noted.insert(note, cache.vault());
        }
        let (half_wiped, records): (Vec<_>, Vec<_>) =
            held.records.into_iter().partition(|record| noted.has_revoked(record));
        for record in records {
            cache.load(record);
        }
        *phase = Phase::Open;
        half_wiped.into_iter().map(|record| record.credential.id.clone()).collect()
    }

    /// Writes a record and reads it back.
    pub(super) async fn save(&self, record: &Record) -> Result<(), StoreError> {
        let written = record.clone();
        self.store.call(move |store| store.put(&written)).await?;
        let is_there = self.is_stored(record).await?;
        is_there.then_some(()).ok_or(StoreError::Damaged("what was written does not read back"))
    }

    /// Removes a record or a note; what happened cannot be undone for the store's sake.
    pub(super) async fn remove_stored(&self, id: &CredentialId) {
        let gone = id.clone();
        if let Err(error) = self.store.call(move |store| store.remove(&gone)).await {
            log::error!("{id} could not be removed from the store: {error}");
        }
    }

    /// Reads a record back that should be there, and writes it if it is not.
    pub(super) async fn check(&self, record: &Record) -> Result<(), StoreError> {
        if self.is_stored(record).await? { Ok(()) } else { self.save(record).await }
    }

    async fn is_stored(&self, record: &Record) -> Result<bool, StoreError> {
        let written = record.clone();
        self.store.call(move |store| store.holds(&written)).await
    }
}
