//! What is revoked is wiped here at once. A note of it is in the store before that, so that nothing is
//! forgotten that Cloudflare has to be told.

use std::sync::Arc;

use usher_proto::{AppUrl, Credential, CredentialId, Secret};

use super::claim::Claim;
use super::way::rank;
use crate::broker::Broker;
use crate::broker::notes::{revoked_id, rotating_id};
use crate::broker::uses::url_of;
use crate::store::{Matter, Note, Reach, Record, Revoking, StoreError};

impl Broker {
    /// Notes a credential as one to be ended, and wipes it from store and memory. Names the notes, and
    /// tells whether the store has them; none if the credential is gone already.
    pub(super) async fn wipe(
        &self,
        credential: &Credential,
        reach: Reach,
        claim: &mut Claim<'_>,
    ) -> Vec<(CredentialId, Result<(), StoreError>)> {
        let found = {
            let mut inner = self.inner();
            let used_at = inner.cache.uses(&credential.id).and_then(|uses| uses.url.clone());
            let url = used_at.or_else(|| url_of(credential));
            inner.cache.record(&credential.id).map(|record| (record, url))
        };
        let Some((Record { credential, secret }, url)) = found else { return Vec::new() };
        let mut noted = vec![self.note_as_revoking(&credential, secret, reach, url, claim).await];
        // A secret that a rotation has made is to be ended as well: somebody may have it already.
        if let Some(Note { id, matter: Matter::Rotating(_), secret: Some(made) }) =
            self.noted(&rotating_id(&credential.id))
        {
            noted.push(self.note_as_revoking(&credential, made, Reach::Itself, None, claim).await);
            self.unnote(&id).await;
        }
        self.inner().cache.remove(&credential.id);
        self.remove_stored(&credential.id).await;
        log::info!("{} is revoked, and wiped here", credential.id);
        self.tell_revoked(&credential);
        noted
    }

    async fn note_as_revoking(
        &self,
        credential: &Arc<Credential>,
        secret: Arc<Secret>,
        reach: Reach,
        url: Option<AppUrl>,
        claim: &mut Claim<'_>,
    ) -> (CredentialId, Result<(), StoreError>) {
        let (credential, since, told) = (Arc::clone(credential), self.clock.now(), None);
        let id = revoked_id(credential.kind, &secret);
        claim.take(&id); // before it is noted, or the agent would go on with it by itself
        let matter = Matter::Revoking(Revoking { credential, reach, url, since, told });
        let noted = self.note(Note { id: id.clone(), matter, secret: Some(secret) }).await;
        (id, noted)
    }

    /// Notes that Cloudflare was told, and needs its time.
    pub(super) async fn note_as_told(&self, note: &Note, revoking: &Revoking) {
        let told = Some(self.clock.now());
        let matter = Matter::Revoking(Revoking { told, ..revoking.clone() });
        self.note_or_log(Note { matter, ..note.clone() }).await;
    }

    /// Lists the revocations that are under way, in the order in which to go on with them.
    pub(super) fn revoking(&self) -> Vec<CredentialId> {
        let inner = self.inner();
        let mut all: Vec<_> = inner
            .notes
            .revoking()
            .map(|(id, revoking)| (rank(revoking.credential.kind), &revoking.credential.label, id))
            .collect();
        all.sort();
        all.into_iter().map(|(_, _, id)| id.clone()).collect()
    }
}
