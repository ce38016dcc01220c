//! Gets tokens through a browser: one window for all who wait, and nobody is asked who need not be.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use usher_proto::answer::Event;
use usher_proto::{AppUrl, Audience, ProfileName, Secret, TeamDomain};

use super::{Broker, BrokerError, Events, Want, lives};
use crate::cloudflare::EdgeError;
use crate::cloudflare::edge::{Application, Region};
use crate::cloudflare::error::Unsupported;
use crate::store::Record;

/// How often a waiter is told that the login is still awaited; also how soon it is noticed that a
/// waiter has left.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What a client asks of a login.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoginOptions {
    /// The team is in FedRAMP High, also if its domain does not say so.
    pub fedramp: bool,
    /// The browser's last page closes itself.
    pub auto_close: bool,
}

/// The logins under way, by profile and team: who logs in for one application of a team has a session
/// from which the others follow.
#[derive(Default)]
pub(super) struct Logins(Mutex<HashMap<(ProfileName, TeamDomain), Weak<Login>>>);

/// A login under way. It goes on as long as one of its waiters does.
struct Login {
    page: Arc<Secret>,
    label: String,
    audience: Audience,
    team: TeamDomain,
    deadline: Instant,
    /// A client was asked to open the page.
    opened: AtomicBool,
    outcome: Shared<BoxFuture<'static, Result<Record, BrokerError>>>,
}

impl Broker {
    /// Gets a token for a URL, through a browser if nothing else gives one.
    pub async fn log_in(
        self: &Arc<Self>,
        want: &Want,
        options: LoginOptions,
        events: &Events,
    ) -> Result<Record, BrokerError> {
        self.look_before_login(want).await?;
        loop {
            match self.token(want).await {
                Err(
                    BrokerError::LoginRequired { .. }
                    | BrokerError::WantsMore { .. }
                    | BrokerError::Expired { .. }
                    | BrokerError::ExpiresSoon { .. },
                ) => {}
                done => return done,
            }
            self.edge()?;
            let app = self.application(&want.profile, &want.app).await?;
            if let Ok(record) = self.held(want) {
                return Ok(record); // somebody's login has landed meanwhile
            }
            let login = self.login(want, &app, options)?;
            let outcome = login.wait(events).await;
            if login.audience == app.audience {
                let record = outcome?;
                lives(&record.credential, self.clock.now(), want.min_valid)?;
                return Ok(record);
            }
            // The session of another application's login gives this one's token in the next round.
            if let Err(error @ (BrokerError::LoginTimeout | BrokerError::Locked)) = outcome {
                return Err(error);
            }
        }
    }

    /// Finds out which application is at the URL itself: a token of one that lies around it would else
    /// pass for the one that is asked for. If nobody says, what is known must do.
    async fn look_before_login(self: &Arc<Self>, want: &Want) -> Result<(), BrokerError> {
        self.read().await?;
        let known = self.inner().known.find(&want.app, self.clock.now());
        if known.is_none() && self.edge.is_some() {
            let looked = self.discover(&want.app).await;
            let held = self.inner().cache.app_token(&want.profile, &want.app).is_some();
            if let Err(error) = looked
                && !held
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Joins the team's login, or begins one.
    fn login(
        self: &Arc<Self>,
        want: &Want,
        app: &Application,
        options: LoginOptions,
    ) -> Result<Arc<Login>, BrokerError> {
        let key = (want.profile.clone(), app.team.clone());
        let mut under_way = self.logins.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = under_way.get(&key).and_then(Weak::upgrade).filter(|login| login.is_running());
        if let Some(login) = running {
            return Ok(login);
        }
        let login = Arc::new(self.begin(want, app, options)?);
        under_way.retain(|_, login| login.strong_count() > 0);
        under_way.insert(key, Arc::downgrade(&login));
        Ok(login)
    }

    fn begin(
        self: &Arc<Self>,
        want: &Want,
        app: &Application,
        options: LoginOptions,
    ) -> Result<Login, BrokerError> {
        let region = match options.fedramp || app.team.is_fedramp() {
            true => Region::Fedramp,
            false => Region::Commercial,
        };
        let login = self.edge()?.begin_login(&want.app, app, region, options.auto_close);
        let page = Arc::clone(login.page());
        let deadline = Instant::now() + self.login_patience;
        let (broker, profile, url, for_app) =
            (Arc::clone(self), want.profile.clone(), want.app.clone(), app.clone());
        let outcome = async move {
            let tokens = timeout_at(deadline, broker.edge()?.collect(&login, &for_app)).await;
            let tokens = tokens.map_err(|_| BrokerError::LoginTimeout)??;
            let record = broker.keep_tokens(tokens, &profile, &url)?;
            broker.try_out(record, &url, &for_app).await
        };
        Ok(Login {
            page,
            label: app.app.to_string(),
            audience: app.audience.clone(),
            team: app.team.clone(),
            deadline,
            opened: AtomicBool::new(false),
            outcome: outcome.boxed().shared(),
        })
    }

    /// Shows a fresh token to the edge: an application with the binding cookie refuses it at once, and
    /// no other login would do better. An edge that says nothing is no reason to doubt the token.
    pub(super) async fn try_out(
        self: &Arc<Self>,
        record: Record,
        url: &AppUrl,
        app: &Application,
    ) -> Result<Record, BrokerError> {
        if let Ok(false) = self.edge()?.takes(url, app, &record.secret).await {
            self.drop_refused(&record).await;
            return Err(EdgeError::NotSupported(Unsupported::BindingCookie).into());
        }
        Ok(record)
    }
}

impl Login {
    fn is_running(&self) -> bool {
        self.outcome.peek().is_none()
    }

    /// Waits for the person, and tells one of those who wait to open the page.
    async fn wait(&self, events: &Events) -> Result<Record, BrokerError> {
        let open = !self.opened.swap(true, Ordering::Relaxed);
        let page = Event::LogIn {
            url: Arc::clone(&self.page),
            label: self.label.clone(),
            team: self.team.clone(),
            open,
            left: self.left(),
        };
        events.tell(page);
        let mut ticks = interval(TELL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut outcome = self.outcome.clone();
        loop {
            tokio::select! {
                outcome = &mut outcome => return outcome,
                _ = ticks.tick() => {
                    events.tell(Event::Waiting { left: self.left() });
                }
            }
        }
    }

    fn left(&self) -> u32 {
        let left = self.deadline.saturating_duration_since(Instant::now()).as_secs();
        u32::try_from(left).unwrap_or(u32::MAX)
    }
}
