//! Gets tokens through a browser: one window for all who wait, and nobody is asked who need not be.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use usher_proto::answer::Event;
use usher_proto::{AppUrl, Audience, ProfileName, TeamDomain};

use super::lookup::lives;
use super::pages::{Page, Pages};
use super::{Broker, BrokerError, Events, Want};
use crate::cloudflare::EdgeError;
use crate::cloudflare::edge::{Application, Region};
use crate::cloudflare::error::Unsupported;
use crate::store::Record;

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
pub(super) type Logins = Pages<(ProfileName, TeamDomain), For, Record>;

type Login = Page<For, Record>;

/// The application that a login was begun for.
pub(super) struct For {
    label: String,
    audience: Audience,
    team: TeamDomain,
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
            let key = (want.profile.clone(), app.team.clone());
            let login = self.logins.join(key, || self.begin(want, &app, options))?;
            let outcome = wait(&login, events).await;
            if login.about.audience == app.audience {
                let record = outcome?;
                lives(&record.credential, self.clock.now(), want.min_valid)?;
                return Ok(record);
            }
            // The session of another application's login gives this one's token in the next round.
            if let Err(error @ (BrokerError::LoginTimeout | BrokerError::Locked(_))) = outcome {
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
        let about =
            For { label: app.app.to_string(), audience: app.audience.clone(), team: app.team.clone() };
        Ok(Login::new(page, about, deadline, outcome))
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

/// Waits for the person, and tells one of those who wait to open the page.
async fn wait(login: &Login, events: &Events) -> Result<Record, BrokerError> {
    let For { label, team, .. } = &login.about;
    events.tell(Event::LogIn {
        url: Arc::clone(&login.address),
        label: label.clone(),
        team: team.clone(),
        open: login.take(),
        left: login.left(),
    });
    login.wait(events, || {}).await
}
