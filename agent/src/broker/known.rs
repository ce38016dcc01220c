//! The applications that were discovered, so that nobody asks twice, and so that the token of one is not
//! taken for that of another which begins below it.

use std::collections::HashMap;

use usher_proto::{AppUrl, Credential, Timestamp};

use super::pause::Pause;
use crate::clock::is_recent;
use crate::cloudflare::edge::Application;

/// After so many seconds what was discovered is looked at again.
const FRESH: i64 = 24 * 60 * 60;
/// A look that failed is tried again after so many seconds.
const AGAIN: i64 = 10 * 60;
/// Most hosts remembered, and most paths of one.
const MOST: usize = 1_000;

/// What was discovered, by host.
#[derive(Default)]
pub(super) struct Known(HashMap<String, Host>);

#[derive(Default)]
struct Host {
    seen: Vec<Seen>,
    /// How long the last look at each first segment of a path does. Applications begin there as a rule,
    /// and what lies deeper is found by a login or by `verify`.
    looks: HashMap<String, Pause>,
}

struct Seen {
    path: String,
    app: Application,
    then: Timestamp,
}

impl Known {
    /// Finds what was discovered at a URL within a day.
    pub(super) fn find(&self, url: &AppUrl, now: Timestamp) -> Option<Application> {
        let seen = &self.0.get(url.host())?.seen;
        let seen = seen.iter().find(|seen| seen.path == url.path())?;
        is_recent(seen.then, now, FRESH).then(|| seen.app.clone())
    }

    /// Remembers what was discovered at a URL.
    pub(super) fn note(&mut self, url: &AppUrl, app: Application, now: Timestamp) {
        let host = self.host(url);
        // An application that would decide here in place of this one is there no more.
        host.seen.retain(|seen| {
            let decides = seen.app.app.covers(url) && seen.app.app.specificity() >= app.app.specificity();
            seen.path != url.path() && (seen.app == app || !decides)
        });
        if host.seen.len() >= MOST {
            host.seen.clear(); // whoever asks for so many can ask again
        }
        host.seen.push(Seen { path: url.path().to_owned(), app, then: now });
        host.looks.insert(segment(url).to_owned(), Pause::of(FRESH, now));
    }

    /// Tells whether a URL is known to be of a more specific application than the one that a token is
    /// for.
    pub(super) fn is_of_another(&self, url: &AppUrl, token: &Credential) -> bool {
        let Some(Host { seen, .. }) = self.0.get(url.host()) else { return false };
        let specificity = token.app.as_ref().map(|app| app.specificity());
        seen.iter().any(|seen| {
            Some(&seen.app.audience) != token.audience.as_ref()
                && seen.app.app.covers(url)
                && Some(seen.app.app.specificity()) > specificity
        })
    }

    /// Tells whether a URL is due to be looked at, and takes that as done.
    pub(super) fn take_look(&mut self, url: &AppUrl, now: Timestamp) -> bool {
        let last = self.0.get(url.host()).and_then(|host| host.looks.get(segment(url)));
        let due = last.is_none_or(|look| look.is_over(now));
        if due {
            self.look(url, Pause::of(FRESH, now));
        }
        due
    }

    /// Puts a look that failed off.
    pub(super) fn look_failed(&mut self, url: &AppUrl, now: Timestamp) {
        self.look(url, Pause::of(AGAIN, now));
    }

    fn look(&mut self, url: &AppUrl, until_the_next: Pause) {
        let host = self.host(url);
        if host.looks.len() >= MOST {
            host.looks.clear();
        }
        host.looks.insert(segment(url).to_owned(), until_the_next);
    }

    fn host(&mut self, url: &AppUrl) -> &mut Host {
        if self.0.len() >= MOST && !self.0.contains_key(url.host()) {
            self.0.clear();
        }
        self.0.entry(url.host().to_owned()).or_default()
    }
}

/// Tells the first segment of a URL's path.
fn segment(url: &AppUrl) -> &str {
    let path = &url.path()[1..];
    path.split_once('/').map_or(path, |(first, _)| first)
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn url(text: &str) -> AppUrl {
        text.parse().expect("a URL")
    }

    fn app(pattern: &str, number: u8) -> Application {
        Application {
            app: pattern.parse().expect("a pattern"),
            audience: format!("{number:064x}").parse().expect("an AUD"),
            team: "acme.cloudflareaccess.com".parse().expect("a team"),
        }
    }

    fn later(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    #[test]
    fn what_was_discovered_is_known_for_a_day_at_its_path_alone() {
        let mut known = Known::default();
        known.note(&url("app.example.com/a/b?x"), app("app.example.com", 1), NOW);
        assert_eq!(
            known.find(&url("app.example.com/a/b?y"), later(FRESH - 1)),
            Some(app("app.example.com", 1))
        );
        assert_eq!(known.find(&url("app.example.com/a/b"), later(FRESH)), None);
        assert_eq!(known.find(&url("app.example.com/a"), NOW), None, "another may begin there");
        known.note(&url("app.example.com/a/b"), app("app.example.com/a", 2), NOW);
        assert_eq!(known.find(&url("app.example.com/a/b"), NOW), Some(app("app.example.com/a", 2)));
    }

    #[test]
    fn a_look_is_due_once_a_day_for_each_first_segment_and_sooner_after_a_failure() {
        let mut known = Known::default();
        let (root, deep) = (url("app.example.com"), url("app.example.com/a/b"));
        assert!(known.take_look(&root, NOW) && known.take_look(&deep, NOW));
        assert!(!known.take_look(&url("app.example.com/a/c"), later(FRESH - 1)));
        assert!(known.take_look(&deep, later(FRESH)));
        known.look_failed(&deep, later(FRESH));
        assert!(!known.take_look(&deep, later(FRESH + AGAIN - 1)));
        assert!(known.take_look(&deep, later(FRESH + AGAIN)));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_fresh_for_longer() {
        let (mut known, url) = (Known::default(), url("app.example.com"));
        known.note(&url, app("app.example.com", 1), NOW);
        assert_eq!(known.find(&url, later(-1)), None);
        assert!(known.take_look(&url, later(-1)));
        assert!(!known.take_look(&url, later(-1)), "once is enough");
        known.look_failed(&url, later(-1));
        assert!(known.take_look(&url, later(-2)));
    }

    #[test]
    fn many_hosts_and_paths_do_not_fill_the_memory() {
        let mut known = Known::default();
        for number in 0..MOST * 2 + 1 {
            known.take_look(&url(&format!("app.example.com/{number}")), NOW);
            known.take_look(&url(&format!("app{number}.example.com")), NOW);
        }
        assert!(known.0.len() <= MOST);
        assert!(known.0.values().all(|host| host.looks.len() <= MOST));
    }
}
