//! Renews tokens in use ahead of their end, so that no lookup has to wait for Cloudflare.
//!
//! A token that nobody asked for since it came is left to end, so an agent that nobody uses does
//! nothing at all.

use std::collections::HashMap;
use std::sync::Arc;

use usher_proto::{AppUrl, Credential, CredentialId, ProfileName, Timestamp};

use super::known::application_of;
use super::pause::{Pause, doubled};
use super::{Broker, BrokerError};
use crate::audit::About;
use crate::cloudflare::EdgeError;
use crate::cloudflare::edge::Application;

/// A token is renewed when this part of its life is left …
const SHARE: i64 = 5;
/// … or up to this part of its life earlier, so that many agents do not come at once.
const JITTER: i64 = 20;
/// Seconds after a first failure; each further one doubles them.
const FIRST_PAUSE: i64 = 5;
/// Most seconds between two tries.
const LONGEST_PAUSE: i64 = 300;

/// What is to be renewed.
struct Due {
    at: Timestamp,
    id: CredentialId,
    profile: ProfileName,
    url: AppUrl,
    app: Application,
}

/// The tokens that could not be renewed.
#[derive(Default)]
struct Failures(HashMap<CredentialId, Failure>);

/// How often one could not, and how long it is left alone since.
struct Failure {
    count: u32,
    pause: Pause,
}

impl Broker {
    /// Renews what is in use, as long as the agent runs.
    pub async fn renew_ahead(self: &Arc<Self>) {
        let mut failures = Failures::default();
        loop {
            match self.next_due(&failures) {
                None => self.used.notified().await,
                Some(due) => tokio::select! {
                    // What is in use may have changed meanwhile: look again before anything is done.
                    () = self.used.notified() => {}
                    () = self.clock.reach(due.at) => {
                        if self.clock.now() >= due.at {
                            self.renew_due(due, &mut failures).await;
                        }
                    }
                },
            }
        }
    }

    async fn renew_due(self: &Arc<Self>, due: Due, failures: &mut Failures) {
        match self.exchange(&due.profile, &due.url, &due.app).await {
            Ok(renewed) => {
                self.audit.note_own("renew", About::Credential(renewed.credential));
                log::info!("{} was renewed ahead of its end", due.id);
                failures.0.remove(&due.id);
            }
            Err(BrokerError::Edge(EdgeError::Network { .. })) => {
                self.note_failure(&due.id);
                failures.note(due.id, self.clock.now());
                return;
            }
            Err(error) => {
                log::info!("{} cannot be renewed: {error:?}", due.id);
                self.note_failure(&due.id);
                failures.0.remove(&due.id);
            }
        }
        // One that cannot be renewed is left alone until somebody asks for it again.
        if let Some(uses) = self.inner().cache.uses(&due.id) {
            uses.in_use = false;
        }
    }

    fn note_failure(&self, id: &CredentialId) {
        if let Some(uses) = self.inner().cache.uses(id) {
            uses.renewal_failed = true;
        }
        self.changes.look();
    }

    fn next_due(&self, failures: &Failures) -> Option<Due> {
        let now = self.clock.now();
        let inner = self.inner();
        let due = |(credential, uses): (&Arc<Credential>, &super::uses::Uses)| {
            let at = renewal(credential, now)?.max(failures.next(&credential.id, now));
            let app = application_of(credential)?;
            let url = uses.url.clone()?;
            Some(Due { at, id: credential.id.clone(), profile: credential.profile.clone(), url, app })
        };
        inner.cache.in_use().filter_map(due).min_by_key(|due| due.at)
    }
}

/// Tells when a token is to be renewed; not any more if it has ended.
fn renewal(credential: &Credential, now: Timestamp) -> Option<Timestamp> {
    let end = credential.expires.filter(|end| *end > now)?;
    let life = credential.issued.map_or(0, |issued| issued.seconds_until(end)).max(0);
    // The id is as good as chance, and the same each time.
    let chance = credential.id.as_str().bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1024);
    Some(Timestamp(end.0 - life / SHARE - life / JITTER * chance / 1024))
}

impl Failures {
    fn note(&mut self, id: CredentialId, now: Timestamp) {
        let count = self.0.get(&id).map_or(0, |failure| failure.count);
        let pause = Pause::of(doubled(count, FIRST_PAUSE, LONGEST_PAUSE), now);
        self.0.insert(id, Failure { count: count + 1, pause });
    }

    /// Tells when to try again.
    fn next(&self, id: &CredentialId, now: Timestamp) -> Timestamp {
        self.0.get(id).map_or(Timestamp(0), |failure| failure.pause.end(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn pauses_grow_and_have_an_end_and_no_clock_that_is_set_back_makes_one_longer() {
        let (mut failures, id) = (Failures::default(), "app-0123456789ab".parse().expect("an id"));
        assert_eq!(failures.next(&id, NOW), Timestamp(0), "at once");
        let mut pauses = Vec::new();
        for _ in 0..8 {
            failures.note(id.clone(), NOW);
            pauses.push(NOW.seconds_until(failures.next(&id, NOW)));
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(failures.next(&id, Timestamp(NOW.0 + LONGEST_PAUSE)), Timestamp(0), "it is over");
        assert_eq!(failures.next(&id, Timestamp(NOW.0 - 1)), Timestamp(0), "the clock was set back");
    }
}
