//! Goes on with revocations by itself: Cloudflare is asked again, with longer and longer pauses, until it
//! refuses what was to be ended.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use usher_proto::{CredentialId, Timestamp};

use super::{End, Ending, Why};
use crate::audit::About;
use crate::broker::Broker;
use crate::broker::pause::{Pause, doubled};

/// Seconds after a first try; each further one doubles them.
const FIRST_PAUSE: i64 = 5;
/// Most seconds between two tries.
const LONGEST_PAUSE: i64 = 600;
/// Seconds between two looks at what Cloudflare was told.
const SETTLING: i64 = 15;

/// How often each was tried, how long to pause since, and why.
#[derive(Default)]
pub(in crate::broker) struct Tries {
    tried: HashMap<CredentialId, Try>,
    /// Somebody is at these.
    pub(super) claimed: HashSet<CredentialId>,
}

struct Try {
    count: u32,
    pause: Pause,
    why: Why,
}

impl Tries {
    pub(super) fn note(&mut self, id: &CredentialId, why: Why, now: Timestamp) {
        let count = self.tried.get(id).map_or(0, |before| before.count);
        let (seconds, count) = match &why {
            // It takes its time, and not longer for being looked at.
            Why::Settling | Why::StillNeeded => (SETTLING, count),
            _ => (doubled(count, FIRST_PAUSE, LONGEST_PAUSE), count + 1),
        };
        let asked = match &why {
            Why::Failed(error) => error.retry_after().map_or(0, at_most_longest),
            _ => 0,
        };
        let pause = Pause::of(seconds.max(asked), now);
        self.tried.insert(id.clone(), Try { count, pause, why });
    }

    pub(super) fn forget(&mut self, id: &CredentialId) {
        self.tried.remove(id);
    }

    pub(super) fn why(&self, id: &CredentialId) -> Why {
        self.tried.get(id).map_or(Why::NotTried, |tried| tried.why.clone())
    }

    /// Tells when to try again.
    fn next(&self, id: &CredentialId, now: Timestamp) -> Timestamp {
        self.tried.get(id).map_or(Timestamp(0), |tried| tried.pause.end(now))
    }
}

/// What the API asks for, in seconds.
fn at_most_longest(pause: Duration) -> i64 {
    i64::try_from(pause.as_secs()).unwrap_or(i64::MAX).min(LONGEST_PAUSE)
}

impl Broker {
    /// Goes on with what Cloudflare is still to be told, as long as the agent runs; also with what an
    /// agent before this one left.
    pub async fn finish_revoking(&self) {
        if let Err(error) = self.read().await {
            log::debug!("what is pending cannot be read yet: {error:?}");
        }
        loop {
            match self.next_try() {
                None => self.to_do.notified().await,
                Some(at) => tokio::select! {
                    // There may be more, or less, to do: look again before anything is done.
                    () = self.to_do.notified() => {}
                    () = self.clock.reach(at) => self.try_again().await,
                },
            }
        }
    }

    /// Tells when the next one is due that nobody is at; none while nothing is, or the agent is locked or
    /// may not go out.
    fn next_try(&self) -> Option<Timestamp> {
        let (inner, now) = (self.inner(), self.clock.now());
        let able = self.edge.is_some() && inner.cache.vault().is_open();
        let free = inner.notes.revoking().filter(|(id, _)| !inner.tries.claimed.contains(*id));
        able.then(|| free.map(|(id, _)| inner.tries.next(id, now)).min()).flatten()
    }

    async fn try_again(&self) {
        let now = self.clock.now();
        let mut claim = self.claim();
        for id in self.revoking() {
            let is_due = self.inner().tries.next(&id, now) <= now;
            if is_due {
                claim.take(&id);
            }
        }
        for (_, Ending { credential, end, .. }) in self.end_each(claim.ids().to_vec()).await {
            match end {
                End::Done => self.audit.note_own("revoke", About::Credential(credential)),
                End::StillValid(why) => log::error!("{} cannot be revoked from here: {why:?}", credential.id),
                End::Pending(_) | End::Planned(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::api::ApiError;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn pauses_grow_and_have_an_end_and_heed_what_the_api_asks() {
        let (mut tries, id) = (Tries::default(), "revoked-0123456789ab".parse().expect("an id"));
        assert_eq!(tries.next(&id, NOW), Timestamp(0), "at once");
        let mut pauses = Vec::new();
        for _ in 0..9 {
            tries.note(&id, Why::Offline, NOW);
            pauses.push(NOW.seconds_until(tries.next(&id, NOW)));
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
        tries.forget(&id);
        for _ in 0..9 {
            tries.note(&id, Why::Settling, NOW);
        }
        assert_eq!(NOW.seconds_until(tries.next(&id, NOW)), SETTLING);
        let after = Some(Duration::from_secs(30));
        tries.note(&id, Why::Failed(ApiError::RateLimited { after }), NOW);
        assert_eq!(NOW.seconds_until(tries.next(&id, NOW)), 30);
        assert_eq!(tries.next(&id, Timestamp(NOW.0 - 1)), Timestamp(0), "the clock was set back");
    }
}
