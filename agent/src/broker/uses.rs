//! How an app token is used since it came: what the agent renews ahead of its end.

use usher_proto::{AppUrl, Credential};

/// The use of one app token. A token that took its place begins anew.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// A URL that it was asked for; an application with a wildcard has none of its own.
    pub(super) url: Option<AppUrl>,
    /// It was asked for since it came.
    pub(super) in_use: bool,
    /// It could not be renewed when it was to be.
    pub(super) renewal_failed: bool,
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
}

/// Tells a URL that an application covers, if its pattern names one.
pub(super) fn url_of(credential: &Credential) -> Option<AppUrl> {
    let app = credential.app.as_ref().filter(|app| !app.as_str().contains('*'))?;
    app.as_str().parse().ok()
}
