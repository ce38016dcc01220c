//! Ends credentials: each is noted and wiped here first, then ended at Cloudflare, and at last it is seen
//! whether Cloudflare refuses it. What cannot be done now is done later.

mod access;
mod api_token;
mod choice;
mod claim;
mod ending;
mod later;
mod service_token;
mod tunnel;
mod way;
mod wipe;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};
use usher_proto::answer::Event;
use usher_proto::revocation::Revocation;
use usher_proto::{Credential, CredentialId, Kind, Secret, Timestamp};

use self::ending::Tried;
pub use self::ending::{End, Ending, Why};
pub(super) use self::later::Tries;
pub use self::way::Way;
use super::{Broker, BrokerError, Events};
use crate::store::{Matter, Revoking};

/// How long a request waits for Cloudflare to refuse what it was told to end, in seconds. It takes up
/// to 30 (Cloudflare's page on session management).
const PATIENCE: i64 = 45;

/// So many of a kind are ended side by side.
const AT_ONCE: usize = 8;

/// Seconds between two looks whether it does.
const BETWEEN_LOOKS: i64 = 2;

impl Broker {
    /// Ends what was chosen, and tells what became of each, in the order in which it was done. What is
    /// then still to be done is done later, also if nobody waits any more.
    pub async fn revoke(
        &self,
        what: &Revocation,
        dry_run: bool,
        events: &Events,
    ) -> Result<Vec<Ending>, BrokerError> {
        self.read().await?;
        let chosen = self.chosen(what)?;
        if dry_run {
            return Ok(chosen.iter().map(|chosen| self.planned(chosen)).collect());
        }
        let (mut claim, mut unsaved, mut all) = (self.claim(), HashMap::new(), Vec::new());
        for (credential, reach) in chosen {
            for (id, noted) in self.wipe(&credential, reach, &mut claim).await {
                noted.err().map(|error| unsaved.insert(id.clone(), error));
                all.push(id);
            }
        }
        if matches!(what, Revocation::Pending) {
            all = self.revoking();
            all.iter().for_each(|id| _ = claim.take(id));
        }
        let mut endings = self.end_all(claim.ids(), events).await;
        for (id, ending) in &mut endings {
            if let (End::Pending(why), Some(error)) = (&mut ending.end, unsaved.get(id)) {
                *why = Why::Unsaved(*error);
            }
        }
        Ok(all.iter().filter_map(|id| endings.remove(id).or_else(|| self.how_far(id))).collect())
    }

    /// Tells what Cloudflare is still to be told: revocations, and tunnels half rotated.
    pub async fn pending(&self) -> Result<(Vec<Ending>, Vec<Arc<Credential>>), BrokerError> {
        self.read().await?;
        let pending = self.revoking().iter().filter_map(|id| self.how_far(id)).collect();
        let inner = self.inner();
        Ok((pending, inner.notes.rotating().cloned().collect()))
    }

    /// Tells how far a revocation is that somebody else is at, or nobody; nothing if it is over.
    fn how_far(&self, id: &CredentialId) -> Option<Ending> {
        let (revoking, why) = {
            let inner = self.inner();
            (inner.notes.find_revoking(id)?.clone(), inner.tries.why(id))
        };
        let way = self.way(&revoking.credential, revoking.reach);
        Some(Ending { credential: revoking.credential, way, end: End::Pending(why) })
    }

    /// Ends each, and looks again at those that Cloudflare was told of, until it refuses them or a
    /// caller has waited for long enough.
    async fn end_all(&self, ids: &[CredentialId], events: &Events) -> HashMap<CredentialId, Ending> {
        let begin = self.clock.now();
        let end = Timestamp(begin.0 + PATIENCE);
        let mut endings = HashMap::<_, Ending>::new();
        loop {
            let open = ids.iter().filter(|id| endings.get(*id).is_none_or(Ending::may_settle)).cloned();
            for (id, ending) in self.end_each(open.collect()).await {
                events.tell(Event::Revoking((&ending).into()));
                endings.insert(id, ending);
            }
            let now = self.clock.now();
            let set_back = now < begin; // and nobody knows how long a caller has waited
            if now >= end || set_back || !endings.values().any(Ending::may_settle) {
                break;
            }
            events.tell(Event::Waiting { left: u32::try_from(now.seconds_until(end)).unwrap_or(0) });
            self.clock.reach(Timestamp(now.0 + BETWEEN_LOOKS)).await;
        }
        endings
    }

    /// Tries each once, in their order: those of one kind side by side, a kind after the other.
    async fn end_each(&self, ids: Vec<CredentialId>) -> Vec<(CredentialId, Ending)> {
        let mut ended = Vec::new();
        let kind =
            |id: &CredentialId| self.inner().notes.find_revoking(id).map(|revoking| revoking.credential.kind);
        for of_a_kind in ids.chunk_by(|one, other| kind(one) == kind(other)) {
            let each: Vec<_> = of_a_kind.iter().map(|id| self.end(id.clone()).boxed()).collect();
            let mut each = stream::iter(each).buffer_unordered(AT_ONCE);
            while let Some(ending) = each.next().await {
                let Some((id, ending)) = ending else { continue };
                let now = self.clock.now();
                match &ending.end {
                    End::Pending(why) => self.inner().tries.note(&id, why.clone(), now),
                    _ => self.inner().tries.forget(&id),
                }
                ended.push((id, ending));
            }
        }
        ended
    }

    /// Tries to end what a note is about; nothing if the note is gone, or the agent was locked.
    async fn end(&self, id: CredentialId) -> Option<(CredentialId, Ending)> {
        let note = self.noted(&id)?;
        let (Matter::Revoking(revoking), Some(secret)) = (&note.matter, &note.secret) else { return None };
        let way = self.way(&revoking.credential, revoking.reach);
        let end = match self.try_to_end(revoking, secret).await {
            Tried::Done => End::Done,
            Tried::Never(why) => End::StillValid(why),
            Tried::Later(why) => End::Pending(why),
            Tried::Told => End::Pending(Why::Settling),
        };
        match &end {
            End::Pending(Why::Settling) if revoking.told_before(self.clock.now()).is_none() => {
                self.note_as_told(&note, revoking).await;
            }
            End::Pending(_) => {}
            _ => self.remember(&id, revoking.since, revoking.credential.expires).await,
        }
        let ending = Ending { credential: Arc::clone(&revoking.credential), way, end };
        Some((id, ending))
    }

    async fn try_to_end(&self, revoking: &Revoking, secret: &Secret) -> Tried {
        let Ok(edge) = self.edge() else { return Tried::Later(Why::Offline) };
        if revoking.credential.is_expired(self.clock.now()) {
            return Tried::Done;
        }
        let tried = match revoking.credential.kind {
            Kind::OrgToken => self.end_org_token(edge, revoking, secret).await,
            Kind::AppToken => self.end_app_token(edge, revoking, secret).await,
            Kind::ServiceToken => self.end_service_token(edge, revoking).await,
            Kind::Tunnel => self.end_tunnel(edge, revoking, secret).await,
            Kind::AccountCert => self.end_certificate(edge, revoking, secret).await,
            Kind::ApiToken => self.end_api_token(edge, revoking, secret).await,
        };
        tried.unwrap_or_else(Tried::from)
    }
}
