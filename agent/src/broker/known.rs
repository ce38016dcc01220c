//! The applications that were discovered, so that nobody asks twice.

use std::collections::HashMap;

use usher_proto::{AppUrl, Credential, Timestamp};

use crate::cloudflare::edge::Application;

/// Most URLs remembered.
const MOST: usize = 1_000;
/// After so many seconds an application is discovered again.
const FRESH: i64 = 24 * 60 * 60;

/// What was discovered, by host and path: below a path another application may begin.
#[derive(Default)]
pub(super) struct Known(HashMap<String, (Application, Timestamp)>);

impl Known {
    /// Finds what was discovered at a URL within a day.
    pub(super) fn find(&self, url: &AppUrl, now: Timestamp) -> Option<Application> {
        let (app, then) = self.0.get(&place(url))?;
        (then.seconds_until(now) < FRESH).then(|| app.clone())
    }

    /// Remembers what was discovered.
    pub(super) fn note(&mut self, url: &AppUrl, app: Application, now: Timestamp) {
        if self.0.len() >= MOST {
            self.0.retain(|_, (_, then)| then.seconds_until(now) < FRESH);
        }
        if self.0.len() >= MOST {
            self.0.clear(); // whoever asks for so many at once can ask again
        }
        self.0.insert(place(url), (app, now));
    }
}

/// Tells host and path.
pub(super) fn place(url: &AppUrl) -> String {
    [url.host(), url.path()].concat()
}

/// Tells the application of a token, where its metadata says everything about that.
pub(super) fn application_of(credential: &Credential) -> Option<Application> {
    Some(Application {
        app: credential.app.clone()?,
        audience: credential.audience.clone()?,
        team: credential.team.clone()?,
    })
}
