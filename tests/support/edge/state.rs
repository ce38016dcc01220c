//! All that the edge knows, behind one lock that is never held while it waits.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use usher_agent::clock::Clock;

use super::api::token::ApiToken;
use super::api::tunnel::Tunnel;
use super::app::App;
use super::faults::{Faults, Set};
use super::known::{Deposit, Grant, Issued, KnownServiceToken, Settings, Visit};
use super::log::Entry;
use super::place::Where;
use super::request::Asked;
use super::team::{FIRST_FRESH_KEY, Team};
use super::text::tag;

/// What the listener and the test share.
pub(super) struct World {
    /// The edge's time.
    pub(super) clock: Arc<dyn Clock>,
    /// Wakes polls when something was left at a transfer service.
    pub(super) news: watch::Sender<()>,
    state: Mutex<State>,
    /// Wakes a test that waits for a request.
    pub(super) changed: Condvar,
}

impl World {
    /// Begins with the applications and teams that are always there.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State {
            teams: Team::all(),
            apps: App::all(),
            settings: Settings::default(),
            service_tokens: Vec::new(),
            api_tokens: Vec::new(),
            tunnels: Vec::new(),
            issued: HashMap::new(),
            visits: HashMap::new(),
            grants: HashMap::new(),
            deposits: HashMap::new(),
            certificates: HashMap::new(),
            faults: Vec::new(),
            log: Vec::new(),
            serial: 0,
        };
        Self { clock, news: watch::Sender::new(()), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Locks what is known; a test that failed meanwhile does not matter.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the time, in seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().0
    }
}

/// What is known.
pub(super) struct State {
    pub(super) teams: Vec<Team>,
    pub(super) apps: Vec<App>,
    pub(super) settings: Settings,
    pub(super) service_tokens: Vec<KnownServiceToken>,
    pub(super) api_tokens: Vec<ApiToken>,
    pub(super) tunnels: Vec<Tunnel>,
    /// Every secret that was given out, by its text.
    pub(super) issued: HashMap<String, Issued>,
    /// Callers who were sent to a login page, by the `meta` that they were given.
    pub(super) visits: HashMap<String, Visit>,
    /// Persons who may come back from the login page, by the nonce that they were given.
    pub(super) grants: HashMap<String, Grant>,
    /// What waits at a transfer service, by the service's host and the public key.
    pub(super) deposits: HashMap<(String, String), Deposit>,
    /// Account certificates that wait there, by the same.
    pub(super) certificates: HashMap<(String, String), String>,
    pub(super) faults: Vec<Set>,
    pub(super) log: Vec<Entry>,
    serial: u64,
}

impl State {
    /// Finds a team by its domain.
    pub(super) fn team(&self, host: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.host == host)
    }

    /// Finds the team of an application.
    pub(super) fn team_of(&self, app: &App) -> &Team {
        self.team(&app.settings.team).expect("applications are added for known teams")
    }

    /// Finds an application by its AUD tag.
    pub(super) fn app(&self, audience: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.audience == audience)
    }

    /// Tells whether some application is at this host, at whatever path.
    pub(super) fn is_app_host(&self, host: &str) -> bool {
        self.apps.iter().any(|app| app.is_at(host))
    }

    /// Makes 64 hexadecimal digits that were not there before.
    pub(super) fn fresh(&mut self, what: &str) -> String {
        self.serial += 1;
        tag(&format!("{what} {}", self.serial))
    }

    /// Numbers something.
    pub(super) fn number(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Gives a team another key, which no other team ever had.
    pub(super) fn rotate_keys(&mut self, host: &str) {
        let fresh = FIRST_FRESH_KEY + self.teams.iter().map(|team| team.rotations).sum::<usize>();
        let team = self.teams.iter_mut().find(|team| team.host == host);
        team.expect("a known team").rotate(fresh);
    }

    /// Writes a request down and takes the faults that are meant for it.
    pub(super) fn admit(&mut self, asked: &Asked) -> (Where, Faults, usize) {
        let part = asked.belongs_to(self);
        self.log.push(Entry {
            part,
            host: asked.host().to_owned(),
            method: asked.method.clone(),
            path: asked.path.clone(),
            query: asked.query.clone(),
            remote: asked.remote,
            metadata: asked.headers.contains_key("cf-access-metadata-request"),
            carried: self.sightings(asked),
            status: None,
            issued_app_token: false,
            reached_origin: false,
        });
        let faults = Faults::take(&mut self.faults, part, asked.host(), &asked.method);
        (part, faults, self.log.len() - 1)
    }
}
