//! Keeps cache and store in step: reads the store once, and writes what the cache takes in.

use std::sync::atomic::Ordering;

use super::{Broker, BrokerError, Phase};
use crate::store::{Record, StoreError};

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
        match self.inner().phase {
            Phase::Open => return Ok(()),
            Phase::Locked(_) => return Err(BrokerError::Locked),
            Phase::Unread => {}
        }
        let mut outcome = self.reading.lock().await;
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
        let records = self.store.load().await?;
        let mut inner = self.inner();
        for record in records {
            inner.cache.load(record);
        }
        inner.phase = Phase::Open;
        self.changes.look();
        Ok(())
    }

    /// Writes a record and reads it back.
    pub(super) async fn save(&self, record: &Record) -> Result<(), StoreError> {
        let written = record.clone();
        self.store.call(move |store| store.put(&written)).await?;
        self.compare(record).await.and_then(|same| {
            if same { Ok(()) } else { Err(StoreError::Damaged("what was written does not read back")) }
        })
    }

    /// Reads a record back that should be there, and writes it if it is not.
    pub(super) async fn check(&self, record: &Record) -> Result<(), StoreError> {
        if self.compare(record).await? { Ok(()) } else { self.save(record).await }
    }

    async fn compare(&self, record: &Record) -> Result<bool, StoreError> {
        let id = record.credential.id.clone();
        let found = self.store.call(move |store| store.get(&id)).await?;
        Ok(found.is_some_and(|found| found.secret == record.secret))
    }
}
