//! One request on its way to an answer.

use super::answer::Answer;
use super::app::App;
use super::faults::Faults;
use super::log::Entry;
use super::place::Where;
use super::request::Asked;
use super::state::State;

/// A request, and all that its answer depends on.
pub(super) struct Case<'a> {
    pub(super) state: &'a mut State,
    pub(super) asked: &'a Asked,
    pub(super) part: Where,
    pub(super) faults: &'a Faults,
    /// Seconds since 1970.
    pub(super) now: i64,
    /// Where in the log the request stands.
    pub(super) number: usize,
}

impl Case<'_> {
    /// Shows what was written down about the request.
    pub(super) fn entry(&mut self) -> &mut Entry {
        &mut self.state.log[self.number]
    }

    /// Lets it through to what lies behind Access.
    pub(super) fn origin(&mut self) -> Answer {
        self.entry().reached_origin = true;
        Answer::new(200).text("hello from the origin\n")
    }

    /// Keeps out somebody who is known.
    pub(super) fn denied(&self) -> Answer {
        Answer::new(403)
            .with("cf-access-error", "identity does not match any policy")
            .html("<h1>Forbidden</h1>\n")
    }

    /// Gives out a person's token for an application, as its cookie, and counts it.
    pub(super) fn app_cookie(&mut self, app: &App, email: &str) -> String {
        let token = self.state.app_token(app, email, self.now, &self.faults.forgeries());
        super::token::cookie(&token, self.now + app.settings.token_life, self.faults)
    }
}
