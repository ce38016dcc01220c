//! Finds the application that covers a URL without looking at every one, and whose token answers it.

use std::collections::HashMap;
use std::sync::Arc;

use usher_proto::{AppPattern, AppUrl, Credential, Kind, TeamDomain};

/// One profile's app tokens, by what they cover: shared with the cache, as there may be many.
#[derive(Default)]
pub(super) struct Apps {
    /// Hosts without a wildcard.
    exact: HashMap<String, Vec<Arc<Credential>>>,
    /// Hosts with a wildcard in the first label only, by what follows it.
    below: HashMap<String, Vec<Arc<Credential>>>,
    /// Hosts with a wildcard further right, which are rare.
    rest: Vec<Arc<Credential>>,
    /// Service tokens, which are few: for an application, or for every one of a team.
    services: Vec<Arc<Credential>>,
}

impl Apps {
    pub(super) fn insert(&mut self, credential: &Arc<Credential>) {
        if let Some(place) = self.place(credential) {
            place.push(Arc::clone(credential));
        }
    }

    pub(super) fn remove(&mut self, credential: &Credential) {
        if let Some(place) = self.place(credential) {
            place.retain(|other| other.id != credential.id);
        }
    }

    /// Finds the most specific application; of several tokens for it the one that lives longest. Where
    /// a service token is for it, only what that was exchanged for.
    pub(super) fn find(&self, url: &AppUrl) -> Option<&Arc<Credential>> {
        let parent = url.host().split_once('.').map(|(_, parent)| parent).unwrap_or_default();
        let exact = self.exact.get(url.host()).into_iter().flatten();
        let below = self.below.get(parent).into_iter().flatten();
        exact
            .chain(below)
            .chain(&self.rest)
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

    /// Finds where a credential belongs; most kinds belong nowhere here.
    fn place(&mut self, credential: &Credential) -> Option<&mut Vec<Arc<Credential>>> {
        let pattern = match (credential.kind, &credential.app) {
            (Kind::AppToken, Some(pattern)) => pattern,
            (Kind::ServiceToken, _) => return Some(&mut self.services),
            _ => return None,
        };
        let host = pattern.host();
        Some(match host.split_once('.') {
            _ if !pattern.is_wildcard() => self.exact.entry(host.to_owned()).or_default(),
            Some((_, parent)) if !parent.contains('*') => self.below.entry(parent.to_owned()).or_default(),
            _ => &mut self.rest,
        })
    }
}

fn covers(credential: &Credential, url: &AppUrl) -> bool {
    credential.app.as_ref().is_some_and(|app| app.covers(url))
}

fn specificity(credential: &Credential) -> Option<(bool, usize, usize)> {
    credential.app.as_ref().map(AppPattern::specificity)
}
