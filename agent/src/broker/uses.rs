//! How an app token is used since it came: what the agent refreshes ahead of its end, and what it
//! checks again.

use usher_proto::{AppUrl, Credential, Timestamp};

/// After so many seconds what was discovered about an application is looked at again.
const CHECK_AFTER: i64 = 24 * 60 * 60;
/// A check that failed is tried again after so many seconds.
const CHECK_AGAIN: i64 = 10 * 60;

/// The use of one app token. A token that took its place begins anew.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// A URL that it was asked for; an application with a wildcard has none of its own.
    pub(super) url: Option<AppUrl>,
    /// It was asked for since it came.
    pub(super) in_use: bool,
    /// When its application was last looked at; never for one that was imported.
    pub(super) checked: Option<Timestamp>,
}

impl Uses {
    /// Notes that the token is handed out; tells whether it is the first time.
    pub(super) fn note(&mut self, url: &AppUrl) -> bool {
        if self.in_use {
            return false;
        }
        self.in_use = true;
        self.url = Some(url.clone());
        true
    }

    /// Tells whether the application is due to be looked at again, and takes that as done.
    pub(super) fn take_check(&mut self, now: Timestamp) -> bool {
        let due = self.checked.is_none_or(|then| then.seconds_until(now) >= CHECK_AFTER);
        if due {
            self.checked = Some(now);
        }
        due
    }

    /// Puts a check that could not be made off.
    pub(super) fn check_failed(&mut self, now: Timestamp) {
        self.checked = Some(Timestamp(now.0 - CHECK_AFTER + CHECK_AGAIN));
    }
}

/// Tells a URL that an application covers, if its pattern names one.
pub(super) fn url_of(credential: &Credential) -> Option<AppUrl> {
    let app = credential.app.as_ref().filter(|app| !app.as_str().contains('*'))?;
    app.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_due_once_a_day_and_sooner_after_a_failure() {
        let mut uses = Uses::default();
        let at = |seconds: i64| Timestamp(1_800_000_000 + seconds);
        assert!(uses.take_check(at(0)), "an imported token was never checked");
        assert!(!uses.take_check(at(CHECK_AFTER - 1)));
        assert!(uses.take_check(at(CHECK_AFTER)));
        uses.check_failed(at(CHECK_AFTER));
        assert!(!uses.take_check(at(CHECK_AFTER + CHECK_AGAIN - 1)));
        assert!(uses.take_check(at(CHECK_AFTER + CHECK_AGAIN)));
    }

    #[test]
    fn the_first_use_is_told_once() {
        let mut uses = Uses::default();
        let url = "app.example.com/a".parse().expect("a URL");
        assert!(uses.note(&url));
        assert!(!uses.note(&url));
        assert_eq!(uses.url, Some(url));
    }
}
