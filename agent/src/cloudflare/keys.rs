//! The keys of teams, fetched when they are needed and kept for a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use url::Url;
use usher_proto::{TeamDomain, Timestamp};

use super::EdgeError;
use super::http::{Call, Http, Method};
use super::jwks::{KeySet, Unverified};
use super::verify::Fault;
use crate::clock::is_recent;

/// For the whole fetch; as with cloudflared.
const LIMIT: Duration = Duration::from_secs(10);

/// How long keys are used without asking, in seconds; as with cloudflared.
const KEPT: i64 = 24 * 60 * 60;

/// Least time between two fetches that a token brings about, in seconds; as with cloudflared. A
/// token that anybody made up must not send us out each time.
const BETWEEN: i64 = 60;

/// How many teams are remembered: names of teams come from hosts that nobody verified.
const MAX_TEAMS: usize = 64;

/// The keys of teams.
#[derive(Default)]
pub(super) struct Keys(Mutex<HashMap<TeamDomain, Team>>);

/// One team's keys. Whoever fetches them holds the lock, so that one fetch serves all who wait.
type Team = Arc<tokio::sync::Mutex<Option<Known>>>;

#[derive(Clone)]
struct Known {
    set: Arc<KeySet>,
    fetched: Timestamp,
    tried: Timestamp,
}

impl Keys {
    /// Verifies a token's signature with the keys of its team, fetched first if need be, and reads
    /// its claims, all of which are still to be checked.
    ///
    /// # Errors
    /// It is not the team's, or the keys cannot be had.
    pub(super) async fn verify<C: DeserializeOwned>(
        &self,
        http: &Http,
        team: &TeamDomain,
        token: &str,
        now: Timestamp,
    ) -> Result<C, Fault> {
        self.verify_with(team, token, now, || fetch(http, team)).await
    }

    async fn verify_with<C, F>(
        &self,
        team: &TeamDomain,
        token: &str,
        now: Timestamp,
        fetch: impl Fn() -> F,
    ) -> Result<C, Fault>
    where
        C: DeserializeOwned,
        F: Future<Output = Result<KeySet, EdgeError>>,
    {
        let team = self.team(team);
        let (known, just_fetched) = current(&team, now, &fetch).await.map_err(Fault::Keys)?;
        let what = match known.set.verify(token) {
            Ok(claims) => return Ok(claims),
            Err(Unverified::Unknown(what)) if !just_fetched => what,
            Err(Unverified::Unknown(what) | Unverified::Malformed(what)) => return Err(Fault::Wrong(what)),
        };
        let newer = renewed(&team, &known, now, &fetch).await.map_err(Fault::Keys)?;
        let set = newer.ok_or(Fault::Wrong(what))?;
        set.verify(token)
            .map_err(|(Unverified::Unknown(what) | Unverified::Malformed(what))| Fault::Wrong(what))
    }

    fn team(&self, team: &TeamDomain) -> Team {
        let mut teams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if teams.len() >= MAX_TEAMS && !teams.contains_key(team) {
            teams.clear(); // who is using one still holds it
        }
        teams.entry(team.clone()).or_default().clone()
    }
}

/// Takes the keys that are kept, or fetches them; tells also whether it did.
async fn current<F>(team: &Team, now: Timestamp, fetch: impl Fn() -> F) -> Result<(Known, bool), EdgeError>
where
    F: Future<Output = Result<KeySet, EdgeError>>,
{
    let mut slot = team.lock().await;
    if let Some(known) = slot.as_ref().filter(|known| is_recent(known.fetched, now, KEPT)) {
        return Ok((known.clone(), false));
    }
    let known = Known { set: Arc::new(fetch().await?), fetched: now, tried: now };
    *slot = Some(known.clone());
    Ok((known, true))
}

/// Finds keys that are newer than those that did not verify a token: perhaps somebody else fetched
/// them meanwhile. Nothing if it is too early to ask again.
async fn renewed<F>(
    team: &Team,
    old: &Known,
    now: Timestamp,
    fetch: impl Fn() -> F,
) -> Result<Option<Arc<KeySet>>, EdgeError>
where
    F: Future<Output = Result<KeySet, EdgeError>>,
{
    let mut slot = team.lock().await;
    let tried = match slot.as_mut() {
        Some(known) if !Arc::ptr_eq(&known.set, &old.set) => return Ok(Some(known.set.clone())),
        Some(known) if is_recent(known.tried, now, BETWEEN) => return Ok(None),
        Some(known) => {
            known.tried = now; // also if it fails: the old keys stay
            known
        }
        None => return Ok(None),
    };
    let set = Arc::new(fetch().await?);
    *tried = Known { set: set.clone(), fetched: now, tried: now };
    Ok(Some(set))
}

async fn fetch(http: &Http, team: &TeamDomain) -> Result<KeySet, EdgeError> {
    let host = || team.to_string();
    let url = Url::parse(&format!("https://{team}/cdn-cgi/access/certs"));
    let url = url.map_err(|_| EdgeError::Untrusted { host: host(), what: "it is no host" })?;
    log::debug!("fetching the keys of {team}");
    let mut reply = http.make(Call::new(Method::Get, url, LIMIT)).await?;
    if reply.head.status() != 200 {
        return Err(reply.head.unexpected());
    }
    let body = reply.body().await?;
    KeySet::parse(&body)
        .ok_or_else(|| EdgeError::Untrusted { host: host(), what: "there is no key of a team" })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::{Value, json};

    use super::*;
    use crate::cloudflare::error::Trouble;
    use crate::cloudflare::testing::{NOW, Signer, application};

    /// A team whose keys can be changed, and taken away.
    struct Certs {
        keys: Keys,
        signer: Cell<Option<&'static Signer>>,
        fetches: Cell<u32>,
    }

    impl Certs {
        fn new() -> Self {
            let signer = Cell::new(Some(Signer::ours()));
            Self { keys: Keys::default(), signer, fetches: Cell::new(0) }
        }

        async fn verify(&self, signer: &Signer, after: i64) -> Result<Value, Fault> {
            let token = signer.sign(&json!({}));
            let fetch = || async {
                self.fetches.set(self.fetches.get() + 1);
                tokio::task::yield_now().await;
                let down = EdgeError::Network { host: "team".to_owned(), trouble: Trouble::Unreachable };
                self.signer.get().and_then(|signer| KeySet::parse(&signer.published())).ok_or(down)
            };
            let team = application().team;
            self.keys.verify_with(&team, &token, Timestamp(NOW.0 + after), fetch).await
        }
    }

    #[tokio::test]
    async fn keys_are_kept_for_a_day() {
        let certs = Certs::new();
        for (after, fetches) in [(0, 1), (1, 1), (KEPT - 1, 1), (KEPT, 2), (KEPT + 1, 2), (KEPT - 9, 3)] {
            assert!(certs.verify(Signer::ours(), after).await.is_ok());
            assert_eq!(certs.fetches.get(), fetches, "after {after} s");
        }
    }

    #[tokio::test]
    async fn an_unknown_key_brings_a_fetch_about_but_once_a_minute() {
        let certs = Certs::new();
        for (after, fetches) in [(0, 1), (BETWEEN - 1, 1), (BETWEEN, 2), (BETWEEN + 1, 2), (2 * BETWEEN, 3)] {
            assert!(matches!(certs.verify(Signer::theirs(), after).await, Err(Fault::Wrong(_))));
            assert_eq!(certs.fetches.get(), fetches, "after {after} s");
        }
        certs.signer.set(Some(Signer::theirs()));
        assert!(certs.verify(Signer::theirs(), 2 * BETWEEN + 1).await.is_err(), "too early");
        assert!(certs.verify(Signer::theirs(), 3 * BETWEEN).await.is_ok(), "rotated");
        assert_eq!(certs.fetches.get(), 4);
    }

    #[tokio::test]
    async fn the_old_keys_stay_when_no_new_ones_can_be_had() {
        let certs = Certs::new();
        assert!(certs.verify(Signer::ours(), 0).await.is_ok());
        certs.signer.set(None);
        let unknown = certs.verify(Signer::theirs(), BETWEEN).await;
        assert!(matches!(unknown, Err(Fault::Keys(EdgeError::Network { .. }))));
        assert!(matches!(certs.verify(Signer::theirs(), BETWEEN + 1).await, Err(Fault::Wrong(_))));
        assert!(certs.verify(Signer::ours(), KEPT - 1).await.is_ok());
        assert!(matches!(certs.verify(Signer::ours(), KEPT).await, Err(Fault::Keys(_))));
    }

    #[tokio::test]
    async fn one_fetch_serves_all_who_wait() {
        let certs = Certs::new();
        let verified = tokio::join!(
            certs.verify(Signer::ours(), 0),
            certs.verify(Signer::ours(), 0),
            certs.verify(Signer::ours(), 0)
        );
        assert!(verified.0.is_ok() && verified.1.is_ok() && verified.2.is_ok());
        assert_eq!(certs.fetches.get(), 1);
        certs.signer.set(Some(Signer::theirs()));
        let verified =
            tokio::join!(certs.verify(Signer::theirs(), BETWEEN), certs.verify(Signer::theirs(), BETWEEN));
        assert!(verified.0.is_ok() && verified.1.is_ok());
        assert_eq!(certs.fetches.get(), 2);
    }
}
