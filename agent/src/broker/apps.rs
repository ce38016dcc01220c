//! Finds the application that covers a URL without looking at every one, and whose token answers it.

use std::collections::HashMap;

use usher_proto::{AppPattern, AppUrl, Credential, CredentialId, Kind, TeamDomain, Timestamp};

/// One profile's app tokens, by what they cover.
#[derive(Default)]
pub(super) struct Apps {
    /// Hosts without a wildcard.
    exact: HashMap<String, Vec<App>>,
    /// Hosts with a wildcard in the first label only, by what follows it.
    below: HashMap<String, Vec<App>>,
    /// Hosts with a wildcard further right, which are rare.
    rest: Vec<App>,
    /// Service tokens, which are few.
    services: Vec<Service>,
}

struct App {
    pattern: AppPattern,
    team: Option<TeamDomain>,
    /// The service token that it was exchanged for, where it is no person's.
    client_id: Option<String>,
    expires: Option<Timestamp>,
    id: CredentialId,
}

/// A service token, for an application or for every one of a team.
struct Service {
    app: Option<AppPattern>,
    team: Option<TeamDomain>,
    client_id: Option<String>,
    id: CredentialId,
}

impl Apps {
    pub(super) fn insert(&mut self, credential: &Credential) {
        let Credential { id, app, team, client_id, expires, .. } = credential.clone();
        match (credential.kind, app) {
            (Kind::AppToken, Some(pattern)) => {
                self.place(&pattern).push(App { pattern, team, client_id, expires, id });
            }
            (Kind::ServiceToken, app) => self.services.push(Service { app, team, client_id, id }),
            _ => {}
        }
    }

    pub(super) fn remove(&mut self, credential: &Credential) {
        match (credential.kind, &credential.app) {
            (Kind::AppToken, Some(pattern)) => self.place(pattern).retain(|app| app.id != credential.id),
            (Kind::ServiceToken, _) => self.services.retain(|service| service.id != credential.id),
            _ => {}
        }
    }

    /// Finds the most specific application; of several tokens for it the one that lives longest. Where
    /// a service token is for it, only what that was exchanged for.
    pub(super) fn find(&self, url: &AppUrl) -> Option<&CredentialId> {
        let parent = url.host().split_once('.').map(|(_, parent)| parent).unwrap_or_default();
        let exact = self.exact.get(url.host()).into_iter().flatten();
        let below = self.below.get(parent).into_iter().flatten();
        exact
            .chain(below)
            .chain(&self.rest)
            .filter(|app| app.pattern.covers(url) && self.may_answer(app, url))
            .max_by_key(|app| (app.pattern.specificity(), app.expires))
            .map(|app| &app.id)
    }

    /// Finds the service token that is for a URL: for its application, else for its team.
    pub(super) fn service(&self, url: &AppUrl, team: Option<&TeamDomain>) -> Option<&CredentialId> {
        self.service_for(url, team).map(|service| &service.id)
    }

    /// Tells whether a service token is for a whole team.
    pub(super) fn has_team_service(&self) -> bool {
        self.services.iter().any(|service| service.app.is_none() && service.team.is_some())
    }

    fn service_for(&self, url: &AppUrl, team: Option<&TeamDomain>) -> Option<&Service> {
        let covering = |service: &&Service| service.app.as_ref().is_some_and(|app| app.covers(url));
        let of_team =
            |service: &&Service| service.app.is_none() && team.is_some() && service.team.as_ref() == team;
        let specific = self.services.iter().filter(covering);
        specific
            .max_by_key(|service| service.app.as_ref().map(AppPattern::specificity))
            .or_else(|| self.services.iter().find(of_team))
    }

    /// A person's token does not stand in for a service token, nor the other way round.
    fn may_answer(&self, app: &App, url: &AppUrl) -> bool {
        self.services.is_empty()
            || self
                .service_for(url, app.team.as_ref())
                .is_none_or(|service| service.client_id == app.client_id)
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
