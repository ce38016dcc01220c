//! Finds the application that covers a URL without looking at every one.

use std::collections::HashMap;

use usher_proto::{AppPattern, AppUrl, Credential, CredentialId, Kind, Timestamp};

/// One profile's app tokens, by what they cover.
#[derive(Default)]
pub(super) struct Apps {
    /// Hosts without a wildcard.
    exact: HashMap<String, Vec<App>>,
    /// Hosts with a wildcard in the first label only, by what follows it.
    below: HashMap<String, Vec<App>>,
    /// Hosts with a wildcard further right, which are rare.
    rest: Vec<App>,
}

struct App {
    pattern: AppPattern,
    expires: Option<Timestamp>,
    id: CredentialId,
}

impl Apps {
    pub(super) fn insert(&mut self, credential: &Credential) {
        let Some(pattern) = pattern_of(credential) else { return };
        let app = App { pattern: pattern.clone(), expires: credential.expires, id: credential.id.clone() };
        self.place(pattern).push(app);
    }

    pub(super) fn remove(&mut self, credential: &Credential) {
        if let Some(pattern) = pattern_of(credential) {
            self.place(pattern).retain(|app| app.id != credential.id);
        }
    }

    /// Finds the most specific application; of several tokens for it the one that lives longest.
    pub(super) fn find(&self, url: &AppUrl) -> Option<&CredentialId> {
        let parent = url.host().split_once('.').map(|(_, parent)| parent).unwrap_or_default();
        let exact = self.exact.get(url.host()).into_iter().flatten();
        let below = self.below.get(parent).into_iter().flatten();
        exact
            .chain(below)
            .chain(&self.rest)
            .filter(|app| app.pattern.covers(url))
            .max_by_key(|app| (app.pattern.specificity(), app.expires))
            .map(|app| &app.id)
    }

    fn place(&mut self, pattern: &AppPattern) -> &mut Vec<App> {
        let host = pattern.host();
        match host.split_once('.') {
            _ if !pattern.is_wildcard() => self.exact.entry(host.to_owned()).or_default(),
            Some((_, parent)) if !parent.contains('*') => self.below.entry(parent.to_owned()).or_default(),
            _ => &mut self.rest,
        }
    }
}

/// Only app tokens answer lookups; a service token bound to an application is another thing.
fn pattern_of(credential: &Credential) -> Option<&AppPattern> {
    credential.app.as_ref().filter(|_| credential.kind == Kind::AppToken)
}
