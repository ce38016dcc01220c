//! Gives a tunnel, a service token or a certificate another secret, at Cloudflare and here.

mod connectors;
mod roll;
mod service_token;
mod tunnel;

use std::sync::Arc;

use usher_proto::{Credential, Secret, Timestamp};

pub(super) use self::connectors::cut_connectors;
use super::{Broker, BrokerError};
use crate::cloudflare::api::ApiError;
use crate::store::Record;

/// So often a secret is asked for whose answer is lost.
const TRIES: u32 = 3;

/// What became of a rotation.
#[derive(Debug)]
pub struct Rotated {
    /// What has another secret.
    pub credential: Arc<Credential>,
    /// So many groups of replicas have it.
    pub deployed: u32,
    /// Nothing is left to be done.
    pub finished: bool,
    /// Secrets of before are taken until then.
    pub overlap: Option<Timestamp>,
}

impl Broker {
    /// Puts a new secret in the place of the one before, in memory and then in the store.
    pub(super) async fn put_in_place(&self, record: Record) -> Result<(), BrokerError> {
        let outcome = self.renew(&record)?;
        self.save_fresh(&record).await;
        self.tell_come(&record.credential, outcome);
        Ok(())
    }
}

/// Asks for a new secret until its answer is heard: one that is lost on the way is lost for good, and
/// only yet another one helps.
async fn until_heard<F>(mut ask: impl FnMut() -> F) -> Result<Secret, ApiError>
where
    F: Future<Output = Result<Secret, ApiError>>,
{
    let mut heard = ask().await;
    for _ in 1..TRIES {
        match heard {
            Err(ApiError::AnswerLost) => {}
            heard => return heard,
        }
        // What fails now does not undo what was lost before.
        heard = ask().await.map_err(|_| ApiError::AnswerLost);
    }
    heard
}
