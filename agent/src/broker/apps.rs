//! Finds the application that covers a URL without looking at every one, and whose token answers it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use usher_proto::{AppPattern, AppUrl, Credential, Kind, TeamDomain};

/// One profile's app tokens, by what they cover: shared with the cache, as there may be many.
#[derive(Default)]
pub(super) struct Apps {
    /// App tokens, by the key of their application.
    tokens: HashMap<String, Vec<Arc<Credential>>>,
    /// Service tokens, which are few: for an application, or for every one of a team.
    services: Vec<Arc<Credential>>,
}

impl Apps {
    pub(super) fn insert(&mut self, credential: &Arc<Credential>) {
        let place = match (credential.kind, &credential.app) {
            (Kind::AppToken, Some(app)) => self.tokens.entry(key(app).to_owned()).or_default(),
            (Kind::ServiceToken, _) => &mut self.services,
            _ => return,
        };
        place.push(Arc::clone(credential));
    }

    pub(super) fn remove(&mut self, credential: &Credential) {
        let is_another = |other: &Arc<Credential>| other.id != credential.id;
        if let (Kind::AppToken, Some(app)) = (credential.kind, &credential.app)
            && let Entry::Occupied(mut place) = self.tokens.entry(key(app).to_owned())
        {
            place.get_mut().retain(is_another);
            if place.get().is_empty() {
                place.remove();
            }
        }
        self.services.retain(is_another);
    }

    /// Finds the most specific application; of several tokens for it the one that lives longest. Where
    /// a service token is for it, only what that was exchanged for.
    pub(super) fn find(&self, url: &AppUrl) -> Option<&Arc<Credential>> {
        let keys = [url.host(), after_first_label(url.host()), REST];
        keys.iter()
            .filter_map(|key| self.tokens.get(*key))
            .flatten()
            .filter(|token| covers(token, url) && self.may_answer(token, url))
            .max_by_key(|token| (specificity(token), token.expires))
    }

    /// Finds the service token that is for a URL: for its application, else for its team.
    pub(super) fn service(&self, url: &AppUrl, team: Option<&TeamDomain>) -> Option<&Arc<Credential>> {
        let of_team = |service: &&Arc<Credential>| {
            service.app.is_none() && team.is_some() && service.team.as_ref() == team
        };
        let specific = self.services.iter().filter(|service| covers(service, url));
        specific.max_by_key(|service| specificity(service)).or_else(|| self.services.iter().find(of_team))
    }

    /// Tells whether a service token is for a whole team.
    pub(super) fn has_team_service(&self) -> bool {
        self.services.iter().any(|service| service.app.is_none() && service.team.is_some())
    }

    /// A person's token does not stand in for a service token, nor the other way round.
    fn may_answer(&self, token: &Credential, url: &AppUrl) -> bool {
        self.services.is_empty()
            || self
                .service(url, token.team.as_ref())
                .is_none_or(|service| service.client_id == token.client_id)
    }
}

/// The key of applications that have a wildcard further right than in the first label, which are rare.
const REST: &str = "*";

/// Tells where an application's tokens are: under its host; with a wildcard in the first label, under what
/// follows that.
fn key(app: &AppPattern) -> &str {
    let host = app.host();
    match after_first_label(host) {
        _ if !app.is_wildcard() => host,
        rest if rest.is_empty() || rest.contains('*') => REST,
        rest => rest,
    }
}

/// Tells the end of a host's name from its first dot on; empty if it has none.
fn after_first_label(host: &str) -> &str {
    host.find('.').map_or("", |dot| &host[dot..])
}

fn covers(credential: &Credential, url: &AppUrl) -> bool {
    credential.app.as_ref().is_some_and(|app| app.covers(url))
}

fn specificity(credential: &Credential) -> Option<(bool, usize, usize)> {
    credential.app.as_ref().map(AppPattern::specificity)
}
