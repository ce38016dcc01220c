//! Watching: what one watcher is told, and when.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use usher_proto::answer::Event;
use usher_proto::change::{Change, Happening};
use usher_proto::request::Target;
use usher_proto::{AppUrl, Credential, CredentialId, Kind, ProfileName, Timestamp};

use super::cache::Cache;
use super::changes::Told;
use super::known::application_of;
use super::uses::{Uses, url_of};
use super::{Broker, Events};

/// A credential ends soon when so many seconds are left …
const SOON: i64 = 300;
/// … or this part of its life, whichever is less.
const SHARE: i64 = 10;

/// What a watcher wants to be told about.
#[derive(Debug)]
pub struct Watched {
    /// One profile only.
    pub profile: Option<ProfileName>,
    /// These credentials only; all of them when empty.
    pub targets: Vec<Target>,
}

/// What a watcher was told to end soon.
struct Ending {
    /// When each of them ends: another secret ends at another time.
    told: HashMap<CredentialId, Timestamp>,
    /// When it was last looked.
    looked: Timestamp,
    /// When to look again.
    next: Option<Timestamp>,
}

impl Broker {
    /// Tells a watcher what happens from now on, for as long as it waits.
    ///
    /// A locked agent can be watched too; nothing about credentials is told before it is open.
    pub async fn watch(&self, watched: &Watched, events: &Events) -> Infallible {
        let mut changes = self.changes.listen();
        // What ends soon is in the store too. One that cannot be read now is read when it can be, and
        // that is told.
        let _ = self.read().await;
        let mut ending = Ending { told: HashMap::new(), looked: self.clock.now(), next: None };
        self.look(&mut ending, watched, events).await;
        loop {
            let told = tokio::select! {
                biased;
                told = changes.recv() => told,
                () = self.reach(ending.next) => Ok(Told::Look),
            };
            match told {
                Ok(Told::Look) => self.look(&mut ending, watched, events).await,
                Ok(Told::Happened(change)) => {
                    let look = ending.changed_by(&change);
                    if watched.wants(change.credential.as_deref(), &self.inner().cache) {
                        events.tell_in_turn(Event::Changed(change)).await;
                    }
                    if look {
                        self.look(&mut ending, watched, events).await;
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    self.announce(Happening::Missed, None, events).await;
                    self.look(&mut ending, watched, events).await;
                }
                Err(RecvError::Closed) => pending().await,
            }
        }
    }

    async fn announce(&self, what: Happening, credential: Option<Arc<Credential>>, events: &Events) {
        let change = Change { what, credential, at: self.clock.now() };
        events.tell_in_turn(Event::Changed(change)).await;
    }

    async fn reach(&self, time: Option<Timestamp>) {
        match time {
            Some(time) => self.clock.reach(time).await,
            None => pending().await,
        }
    }

    /// Looks for what ends soon and tells it, and finds out when to look again.
    async fn look(&self, ending: &mut Ending, watched: &Watched, events: &Events) {
        for credential in self.ending(ending, watched) {
            self.announce(Happening::Expiring, Some(credential), events).await;
        }
    }

    fn ending(&self, ending: &mut Ending, watched: &Watched) -> Vec<Arc<Credential>> {
        let now = self.clock.now();
        let inner = self.inner();
        ending.next = None;
        if inner.phase.is_locked() {
            return Vec::new();
        }
        let cache = &inner.cache;
        ending.told.retain(|id, _| cache.credential(id).is_some());
        let mut found = Vec::new();
        for (credential, uses) in cache.all() {
            // What ended while the machine slept is told late rather than never.
            let Some(end) = credential.expires.filter(|end| *end > ending.looked) else { continue };
            let is_told = ending.told.get(&credential.id) == Some(&end);
            if is_told || !watched.wants(Some(credential), cache) || self.can_renew(credential, uses, cache) {
                continue;
            }
            let soon = soon(credential, end);
            if soon > now {
                ending.next = Some(ending.next.map_or(soon, |next| next.min(soon)));
            } else {
                ending.told.insert(credential.id.clone(), end);
                found.push(Arc::clone(credential));
            }
        }
        ending.looked = now;
        found
    }

    /// Tells whether the agent can get something new in a credential's place at any time until it ends,
    /// as far as it knows.
    fn can_renew(&self, credential: &Credential, uses: &Uses, cache: &Cache) -> bool {
        if self.edge.is_none() || credential.kind != Kind::AppToken || uses.renewal_failed {
            return false;
        }
        let (Some(app), Some(url)) =
            (application_of(credential), uses.url.clone().or_else(|| url_of(credential)))
        else {
            return false;
        };
        let by = cache.renews(&credential.profile, &url, &app.team);
        by.is_some_and(|by| by.expires.is_none_or(|end| Some(end) > credential.expires))
    }
}

impl Ending {
    /// Takes a change into account; tells whether everything is to be looked at again.
    fn changed_by(&mut self, change: &Change) -> bool {
        let Some(credential) = &change.credential else { return change.what == Happening::Unlocked };
        if matches!(credential.kind, Kind::OrgToken | Kind::ServiceToken) {
            return true; // others are renewed with it
        }
        if let (Happening::Issued | Happening::Refreshed, Some(end)) = (change.what, credential.expires) {
            // Looking too early does no harm, and sees whether it can be renewed.
            let soon = soon(credential, end);
            self.next = Some(self.next.map_or(soon, |next| next.min(soon)));
        }
        false
    }
}

/// Tells from when on a credential ends soon.
fn soon(credential: &Credential, end: Timestamp) -> Timestamp {
    let life = credential.issued.map_or(i64::MAX, |issued| issued.seconds_until(end).max(0));
    Timestamp(end.0 - SOON.min(life / SHARE))
}

impl Watched {
    /// Tells whether a change is to be told. What happens to the agent concerns every watcher.
    fn wants(&self, credential: Option<&Credential>, cache: &Cache) -> bool {
        let Some(credential) = credential else { return true };
        let is_named = |target: &Target| match target {
            Target::Id(id) => credential.id == *id,
            Target::App(url) => answers(credential, url, cache),
        };
        self.profile.as_ref().is_none_or(|profile| credential.profile == *profile)
            && (self.targets.is_empty() || self.targets.iter().any(is_named))
    }
}

/// Tells whether a credential is the app token that answers a URL, or did until it was removed.
fn answers(credential: &Credential, url: &AppUrl, cache: &Cache) -> bool {
    let Some(app) = credential.app.as_ref().filter(|app| app.covers(url)) else { return false };
    let is_answer = match cache.answer(&credential.profile, url) {
        Some(answer) if answer.id == credential.id => true,
        Some(_) if cache.credential(&credential.id).is_some() => false,
        Some(answer) => answer.app.as_ref().is_none_or(|instead| instead.specificity() <= app.specificity()),
        None => true,
    };
    credential.kind == Kind::AppToken && is_answer
}
