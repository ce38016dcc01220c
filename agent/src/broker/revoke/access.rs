//! Ends app and org tokens: by the end of their session, or by what an administrator may do.

use usher_proto::{AppUrl, Audience, Credential, Secret};

use super::{Tried, Why};
use crate::broker::Broker;
use crate::broker::known::application_of;
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::Region;
use crate::cloudflare::{Edge, EdgeError};
use crate::store::{Reach, Revoking};

/// Seconds after which a session that was logged out is held for one that Cloudflare did not end.
const SETTLES_WITHIN: i64 = 60;

impl Broker {
    pub(super) async fn end_org_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        org: &Secret,
    ) -> Result<Tried, ApiError> {
        let Some(team) = &revoking.credential.team else { return Ok(Tried::Never(Why::NotFound)) };
        if !edge.session_holds(team, org).await? {
            return Ok(Tried::Done);
        }
        if revoking.told.is_none() {
            edge.log_out(team, org).await?;
        }
        self.end_as_administrator(edge, revoking).await?;
        let holds = edge.session_holds(team, org).await?;
        Ok(if holds { self.still_taken(revoking) } else { Tried::Done })
    }

    pub(super) async fn end_app_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        token: &Secret,
    ) -> Result<Tried, ApiError> {
        let Some(url) = &revoking.url else {
            self.end_as_administrator(edge, revoking).await?;
            return Ok(Tried::Never(Why::NoUrl));
        };
        if is_refused(edge, url, &revoking.credential, token).await? {
            return Ok(Tried::Done);
        }
        let of_person = revoking.credential.client_id.is_none();
        if revoking.told.is_none() && of_person {
            edge.log_out_at(url, token).await?;
        }
        let by_administrator = self.end_as_administrator(edge, revoking).await?;
        if is_refused(edge, url, &revoking.credential, token).await? {
            return Ok(Tried::Done);
        }
        if !of_person && !by_administrator {
            return Ok(Tried::Never(Why::NoAuthority));
        }
        Ok(self.still_taken(revoking))
    }

    /// Has an administrator's API token end what a session's own logout does not reach: what was asked
    /// for, a session that outlived its logout, and what a service token was exchanged for. Tells
    /// whether that was done.
    async fn end_as_administrator(&self, edge: &Edge, revoking: &Revoking) -> Result<bool, ApiError> {
        let Revoking { credential, reach, told, .. } = revoking;
        let outlived = told.is_some_and(|told| told.seconds_until(self.clock.now()) >= SETTLES_WITHIN);
        let reach = match (reach, &credential.client_id) {
            (Reach::Itself, Some(_)) => Reach::App,
            (Reach::Itself, None) if outlived => Reach::Person,
            (Reach::Itself, None) => return Ok(false),
            (reach, _) => *reach,
        };
        let (mut done, mut failed) = (false, None);
        for authority in self.api_tokens(&credential.profile, Region::of(credential.team.as_ref())) {
            match end_by_api(&authority.api(edge), credential, reach, &self.audiences_of(credential)).await {
                Ok(found) => done |= found,
                Err(error) => failed = Some(error),
            }
        }
        // What one of them did counts. A person's own session was logged out besides, so an API token
        // that may not do more is no obstacle.
        match failed {
            Some(error) if !done && error.is_passing() => Err(error),
            _ => Ok(done),
        }
    }

    /// Lists the applications of a credential's team that are known here, by which to find its account.
    fn audiences_of(&self, credential: &Credential) -> Vec<Audience> {
        let inner = self.inner();
        let of_team = |other: &Credential| other.team.is_some() && other.team == credential.team;
        let held = inner.cache.list(None).into_iter().filter(|other| of_team(other));
        let held: Vec<_> = held.filter_map(|other| other.audience.clone()).collect();
        let noted = inner.notes.revoking().filter(|(_, revoking)| of_team(&revoking.credential));
        let noted = noted.filter_map(|(_, revoking)| revoking.credential.audience.clone());
        let mut all: Vec<_> = credential.audience.iter().cloned().chain(held).chain(noted).collect();
        all.dedup();
        all
    }

    fn still_taken(&self, revoking: &Revoking) -> Tried {
        let told = revoking.told.unwrap_or(self.clock.now());
        // Twice the time: the administrator's way, where there is one, needs its own.
        if told.seconds_until(self.clock.now()) < 2 * SETTLES_WITHIN {
            Tried::Told
        } else {
            Tried::Never(Why::StillTaken)
        }
    }
}

/// Tells whether the edge refuses an app token.
async fn is_refused(
    edge: &Edge,
    url: &AppUrl,
    credential: &Credential,
    token: &Secret,
) -> Result<bool, ApiError> {
    let app = match application_of(credential) {
        Some(app) => app,
        None => match edge.discover(url).await {
            Ok(app) => app,
            Err(EdgeError::NoAccess { .. }) => return Ok(true), // nothing is there that would take it
            Err(error) => return Err(error.into()),
        },
    };
    match edge.takes(url, &app, token).await {
        Ok(takes) => Ok(!takes),
        Err(EdgeError::Denied { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Ends sessions in the account that has the application, or a team's.
async fn end_by_api(
    api: &Api<'_>,
    credential: &Credential,
    reach: Reach,
    audiences: &[Audience],
) -> Result<bool, ApiError> {
    for account in api.accounts().await? {
        for audience in audiences {
            let Some(app) = api.app_by_audience(&account.id, audience).await? else { continue };
            match (&credential.email, &credential.audience) {
                (Some(email), _) if reach == Reach::Person => api.revoke_user(&account.id, email).await?,
                (_, Some(own)) if own == audience => api.revoke_app_tokens(&account.id, &app.id).await?,
                _ => continue,
            }
            return Ok(true);
        }
    }
    Ok(false)
}
