//! Applications behind the simulated Access, and how they are set up.

use usher_proto::{AppPattern, AppUrl};

use super::hosts::{ACME, AGENCY, RIVAL};
use super::text::{tag, uuid};

/// A day, as Access has it when nobody says otherwise; in seconds.
const DAY: i64 = 24 * 60 * 60;

/// Who gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Every person; service tokens are sent to the login page.
    Allow,
    /// Service tokens alone.
    ServiceAuth,
    /// Persons and service tokens.
    Both,
    /// Nobody, whoever they prove to be.
    Deny,
}

/// How an application is set up; what is not said is as Cloudflare has it.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// The team's domain.
    pub team: String,
    /// Who gets in.
    pub policy: Policy,
    /// How long its tokens live, in seconds; 0 is "immediate timeout".
    pub token_life: i64,
    /// Its tokens are refused without another cookie, which only browsers get.
    pub binding_cookie: bool,
    /// Answers programs with a challenge of OAuth in place of the login page.
    pub managed_oauth: bool,
    /// Answers service tokens with 401 or 403 in place of redirects, and gives no cookie for them.
    pub strict_service_tokens: bool,
    /// The one header in which it reads service tokens.
    pub service_token_header: Option<String>,
    /// Names the audience in its tokens as text, not as a list, as the WARP way of logging in does.
    pub audience_as_text: bool,
}

impl AppSettings {
    /// Begins with what a team's applications have in common.
    pub fn of(team: &str) -> Self {
        Self {
            team: team.to_owned(),
            policy: Policy::Allow,
            token_life: DAY,
            binding_cookie: false,
            managed_oauth: false,
            strict_service_tokens: false,
            service_token_header: None,
            audience_as_text: false,
        }
    }
}

/// An application.
#[derive(Debug, Clone)]
pub(super) struct App {
    /// What it covers.
    pub(super) covers: AppPattern,
    /// Its AUD tag.
    pub(super) audience: String,
    /// How it is set up.
    pub(super) settings: AppSettings,
}

impl App {
    /// Makes an application; the same pattern gets the same AUD tag in every edge.
    pub(super) fn new(covers: &str, settings: AppSettings) -> Self {
        let covers = covers.parse().expect("a pattern of a test");
        Self { audience: tag(&format!("application {covers}")), covers, settings }
    }

    /// Makes the id that the API has for it; not the AUD tag.
    pub(super) fn api_id(&self) -> String {
        uuid(&format!("application {}", self.audience))
    }

    /// Tells whether it is at this host, at whatever path.
    pub(super) fn is_at(&self, host: &str) -> bool {
        let theirs: Result<AppPattern, _> = self.covers.host().parse();
        let url: Result<AppUrl, _> = format!("https://{host}/").parse();
        theirs.is_ok_and(|theirs| url.is_ok_and(|url| theirs.covers(&url)))
    }

    /// Tells whether persons get in.
    pub(super) fn admits_persons(&self) -> bool {
        matches!(self.settings.policy, Policy::Allow | Policy::Both)
    }

    /// Tells whether service tokens get in.
    pub(super) fn admits_services(&self) -> bool {
        matches!(self.settings.policy, Policy::ServiceAuth | Policy::Both)
    }

    /// Makes the applications that are always there.
    pub(super) fn all() -> Vec<Self> {
        let of = |team| move |covers: &str| Self::new(covers, AppSettings::of(team));
        let acme = ["app", "other", "one", "two", "three", "four", "five"]
            .map(|name| format!("{name}.example.test"));
        let mut apps: Vec<_> = acme.iter().map(|covers| of(ACME)(covers)).collect();
        apps.extend(["*.wild.example.test", "app.example.test/admin"].map(of(ACME)));
        let service = AppSettings { policy: Policy::ServiceAuth, ..AppSettings::of(ACME) };
        apps.push(Self::new("service.example.test", service));
        apps.push(of(RIVAL)("app.rival.test"));
        apps.push(of(AGENCY)("app.agency.test"));
        apps
    }
}

/// Finds the application that answers for a host and path: of several, the most specific.
pub(super) fn at<'a>(apps: &'a [App], host: &str, path: &str) -> Option<&'a App> {
    let url: AppUrl = format!("https://{host}{path}").parse().ok()?;
    apps.iter().filter(|app| app.covers.covers(&url)).max_by_key(|app| app.covers.specificity())
}
