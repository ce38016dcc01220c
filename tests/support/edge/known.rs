//! What the edge remembers of those who came by, and what it goes by for all applications.

use std::time::Duration;

use super::app::App;
use super::log::Carried;
use super::text::uuid;

/// What a test may set for all applications.
pub(super) struct Settings {
    /// How long org tokens live, in seconds.
    pub(super) org_token_life: i64,
    /// The login hop gives a fresh org token.
    pub(super) renews_org_tokens: bool,
    /// How far the `Date` of answers is ahead of the edge's clock, in seconds.
    pub(super) skew: i64,
    /// How long a transfer service holds a request for which it has nothing.
    pub(super) hold: Duration,
    /// What it then answers.
    pub(super) pending: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            org_token_life: 24 * 60 * 60,
            renews_org_tokens: false,
            skew: 0,
            hold: Duration::from_secs(1),
            pending: 404,
        }
    }
}

/// A service token.
#[derive(Clone)]
pub struct ServiceToken {
    /// The client id.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// The team's domain.
    pub team: String,
}

impl ServiceToken {
    /// Makes the id that the API has for it; not the client id.
    pub(super) fn api_id(&self) -> String {
        uuid(&format!("service token {}", self.id))
    }
}

/// A service token, as the edge keeps it.
#[derive(Clone)]
pub(super) struct KnownServiceToken {
    pub(super) token: ServiceToken,
    /// When it was made and when it ends, in seconds since 1970.
    pub(super) created: i64,
    pub(super) expires: i64,
    /// The secret from before, and until when it is taken.
    pub(super) previous: Option<(String, i64)>,
}

impl KnownServiceToken {
    /// Tells whether this pair opens what is open to the token.
    pub(super) fn takes(&self, id: &str, secret: &str, now: i64) -> bool {
        let previous = self.previous.as_ref();
        let previous = previous.is_some_and(|(previous, until)| previous == secret && now < *until);
        self.token.id == id && (self.token.secret == secret || previous) && now < self.expires
    }
}

/// A secret that was given out.
pub(super) struct Issued {
    pub(super) what: Carried,
    pub(super) team: String,
    /// The AUD tag of the application, for app tokens.
    pub(super) audience: Option<String>,
    pub(super) email: Option<String>,
    pub(super) revoked: bool,
}

impl Issued {
    /// Begins what is remembered of a secret of a team, or of the account that has the team.
    pub(super) fn of(what: Carried, team: &str) -> Self {
        Self { what, team: team.to_owned(), audience: None, email: None, revoked: false }
    }
}

/// A caller who was sent to the login page.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) audience: String,
    /// Host and port, and path and query, that were asked for.
    pub(super) authority: String,
    pub(super) path_and_query: String,
    /// The cookie that was set along.
    pub(super) session: String,
}

/// A person who logged in and may fetch an app token.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) visit: Visit,
    pub(super) email: String,
}

/// What a login left for a program. Signed when it is fetched, so that a fault can sign it otherwise.
pub(super) struct Deposit {
    pub(super) app: App,
    pub(super) email: String,
    /// When the person logged in, in seconds since 1970.
    pub(super) at: i64,
}
