//! What a test changes while the edge runs: settings, keys, sessions, and what goes wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Edge;
use super::app::{App, AppSettings};
use super::fault::{Fault, FaultGuard};
use super::faults::Set;
use super::hosts::REACHABLE;
use super::known::{Issued, KnownServiceToken, ServiceToken};
use super::log::{Carried, Log};
use super::place::Place;

/// How long a service token lives when nobody says otherwise; in seconds.
const YEAR: i64 = 365 * 24 * 60 * 60;

/// A test that waits longer than this for a request has failed.
const PATIENCE: Duration = Duration::from_secs(60);

impl Edge {
    /// Makes something go wrong until the guard is dropped; several faults may be set at once.
    pub fn fault(&self, place: impl Into<Place>, fault: Fault) -> FaultGuard {
        let (holds, held) = watch::channel(());
        let mut state = self.world.state();
        let number = state.number();
        state.faults.push(Set { number, place: place.into(), fault, held });
        FaultGuard { world: Arc::downgrade(&self.world), number, _holds: holds }
    }

    /// Shows all requests up to now.
    pub fn log(&self) -> Log {
        Log { entries: self.world.state().log.clone() }
    }

    /// Waits until the log is as wanted, and shows it.
    ///
    /// # Panics
    /// That takes more than a minute.
    pub fn wait_until(&self, wanted: impl Fn(&Log) -> bool) -> Log {
        let end = Instant::now() + PATIENCE;
        let mut state = self.world.state();
        loop {
            let log = Log { entries: state.log.clone() };
            if wanted(&log) {
                return log;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the edge was not asked what was expected");
            state = match self.world.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Adds an application at a host that the edge can be reached under, such as `x.example.test`, and
    /// tells its AUD tag. One of the same pattern is replaced and keeps its tag.
    ///
    /// # Panics
    /// There is no such team, or the edge has no certificate for the host.
    pub fn add_app(&self, covers: &str, settings: AppSettings) -> String {
        let app = App::new(covers, settings);
        let mut state = self.world.state();
        assert!(state.team(&app.settings.team).is_some(), "no such team: {}", app.settings.team);
        let parent = app.covers.host().split_once('.').map(|(_, parent)| format!("*.{parent}"));
        assert!(parent.is_some_and(|parent| REACHABLE.contains(&&*parent)), "no certificate for {covers}");
        state.apps.retain(|other| other.covers != app.covers);
        let audience = app.audience.clone();
        state.apps.push(app);
        audience
    }

    /// Changes how an application is set up.
    ///
    /// # Panics
    /// There is no such application.
    pub fn change_app(&self, covers: &str, change: impl FnOnce(&mut AppSettings)) {
        let mut state = self.world.state();
        let app = state.apps.iter_mut().find(|app| app.covers.as_str() == covers);
        change(&mut app.unwrap_or_else(|| panic!("no application {covers}")).settings);
    }

    /// Takes an application away; what lies behind is then open to everybody.
    pub fn remove_app(&self, covers: &str) {
        self.world.state().apps.retain(|app| app.covers.as_str() != covers);
    }

    /// Tells the AUD tag of an application.
    ///
    /// # Panics
    /// There is no such application.
    pub fn audience(&self, covers: &str) -> String {
        let state = self.world.state();
        let app = state.apps.iter().find(|app| app.covers.as_str() == covers);
        app.unwrap_or_else(|| panic!("no application {covers}")).audience.clone()
    }

    /// Sets how long the tokens of every application live, in seconds.
    pub fn set_token_life(&self, seconds: i64) {
        self.world.state().apps.iter_mut().for_each(|app| app.settings.token_life = seconds);
    }

    /// Sets how long org tokens live, in seconds.
    pub fn set_org_token_life(&self, seconds: i64) {
        self.world.state().settings.org_token_life = seconds;
    }

    /// Sets whether the login hop gives a fresh org token.
    pub fn renew_org_tokens(&self, renews: bool) {
        self.world.state().settings.renews_org_tokens = renews;
    }

    /// Sets how far the `Date` of answers is ahead of the edge's clock, in seconds.
    pub fn set_skew(&self, seconds: i64) {
        self.world.state().settings.skew = seconds;
    }

    /// Sets how long a transfer service holds a request for which it has nothing, and what it then
    /// answers; at first a second, and 404.
    pub fn set_pending(&self, hold: Duration, status: u16) {
        let mut state = self.world.state();
        state.settings.hold = hold;
        state.settings.pending = status;
    }

    /// Gives a team another key; the key from before stays in the set, and the one before that does not.
    pub fn rotate_keys(&self, team: &str) {
        self.world.state().rotate_keys(team);
    }

    /// Makes a service token of a team. Applications whose policy is for service tokens take it.
    pub fn add_service_token(&self, team: &str) -> ServiceToken {
        let created = self.world.now();
        let mut state = self.world.state();
        let id = format!("{}.access", &state.fresh("client id")[..32]);
        let token = ServiceToken { id, secret: state.fresh("client secret"), team: team.to_owned() };
        state.issued.insert(token.secret.clone(), Issued::of(Carried::ServiceSecret, team));
        let known =
            KnownServiceToken { token: token.clone(), created, expires: created + YEAR, previous: None };
        state.service_tokens.push(known);
        token
    }

    /// Takes a service token back; its secret is still looked for in requests.
    pub fn revoke_service_token(&self, id: &str) {
        self.world.state().service_tokens.retain(|known| known.token.id != id);
    }

    /// Lists every secret that was given out: app tokens, org tokens, API tokens, secrets of
    /// service tokens and of tunnels.
    pub fn secrets(&self) -> Vec<String> {
        self.world.state().issued.keys().cloned().collect()
    }

    /// Takes back all tokens of an application.
    pub fn revoke_app_tokens(&self, covers: &str) {
        let audience = Some(self.audience(covers));
        self.world.state().revoke(|issued| issued.audience == audience);
    }

    /// Takes back all tokens of a person.
    pub fn revoke_sessions(&self, email: &str) {
        self.world.state().revoke(|issued| issued.email.as_deref() == Some(email));
    }
}
