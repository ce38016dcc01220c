//! Finds what answers a URL, and what that is renewed with.

use std::sync::Arc;

use usher_proto::{AppPattern, AppUrl, Credential, Kind, ProfileName, TeamDomain};

use super::{Cache, Held};
use crate::broker::apps::Apps;
use crate::broker::uses::Uses;
use crate::seal::Vault;
use crate::store::Record;

/// An app token that was found. Most who look for one do so for what it is, so it is not opened yet.
pub(in crate::broker) struct AppToken<'c> {
    held: &'c mut Held,
    vault: &'c Vault,
}

impl AppToken<'_> {
    pub(in crate::broker) fn credential(&self) -> &Arc<Credential> {
        &self.held.credential
    }

    /// Shows its use.
    pub(in crate::broker) fn uses(&mut self) -> &mut Uses {
        &mut self.held.uses
    }

    /// Opens it; none while the agent is locked.
    pub(in crate::broker) fn open(&self) -> Option<Record> {
        self.held.open(self.vault)
    }
}

impl Cache {
    /// Finds the app token of the most specific application that covers the URL.
    pub(in crate::broker) fn app_token(
        &mut self,
        profile: &ProfileName,
        app: &AppUrl,
    ) -> Option<AppToken<'_>> {
        let id = &self.apps.get(profile)?.find(app)?.id;
        let held = self.held.get_mut(id)?;
        Some(AppToken { held, vault: &self.vault })
    }

    /// Tells which app token answers a URL.
    pub(in crate::broker) fn answer(&self, profile: &ProfileName, url: &AppUrl) -> Option<&Arc<Credential>> {
        self.apps.get(profile)?.find(url)
    }

    /// Finds the service token that is for a URL: for its application, else for its team.
    pub(in crate::broker) fn service_token(
        &self,
        profile: &ProfileName,
        app: &AppUrl,
        team: Option<&TeamDomain>,
    ) -> Option<Record> {
        self.record(&self.apps.get(profile)?.service(app, team)?.id)
    }

    /// Tells whether a service token is for a whole team, so that the team of a URL matters.
    pub(in crate::broker) fn has_team_service(&self, profile: &ProfileName) -> bool {
        self.apps.get(profile).is_some_and(Apps::has_team_service)
    }

    /// Finds a team's org token.
    pub(in crate::broker) fn org_token(&self, profile: &ProfileName, team: &TeamDomain) -> Option<Record> {
        self.org(profile, team)?.open(&self.vault)
    }

    fn org(&self, profile: &ProfileName, team: &TeamDomain) -> Option<&Held> {
        let wanted = |credential: &Credential| {
            credential.kind == Kind::OrgToken
                && credential.profile == *profile
                && credential.team.as_ref() == Some(team)
        };
        self.held.values().find(|held| wanted(&held.credential))
    }

    /// Tells with what an app token for a URL is renewed: the service token that is for it, else its
    /// team's org token.
    pub(in crate::broker) fn renews(
        &self,
        profile: &ProfileName,
        url: &AppUrl,
        team: &TeamDomain,
    ) -> Option<&Arc<Credential>> {
        let service = self.apps.get(profile).and_then(|apps| apps.service(url, Some(team)));
        service.or_else(|| self.org(profile, team).map(|held| &held.credential))
    }

    /// Finds the app tokens that would answer a URL in place of this one, or as well as it.
    pub(in crate::broker) fn superseded(&self, by: &Credential, url: &AppUrl) -> Vec<Record> {
        let specificity = by.app.as_ref().map(AppPattern::specificity);
        let is_superseded = |held: &&Held| {
            let Credential { id, profile, kind, app, .. } = held.credential.as_ref();
            let app = app.as_ref().filter(|app| app.covers(url));
            *kind == Kind::AppToken
                && *profile == by.profile
                && *id != by.id
                && app.is_some_and(|app| Some(app.specificity()) >= specificity)
        };
        self.held.values().filter(is_superseded).filter_map(|held| held.open(&self.vault)).collect()
    }
}
