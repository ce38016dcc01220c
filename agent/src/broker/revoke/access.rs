//! Ends app and org tokens: by the end of their session, or by what an administrator may do.

use usher_proto::{AppUrl, Audience, Credential, Secret, Timestamp};

use super::{Tried, Why};
use crate::broker::Broker;
use crate::broker::known::application_of;
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::edge::Region;
use crate::cloudflare::{Edge, EdgeError};
use crate::store::{Reach, Revoking};

/// Seconds after which a session that was logged out is held for one that Cloudflare did not end.
const SETTLES_WITHIN: i64 = 60;

/// Seconds after which it is told to be valid still: neither its logout nor an administrator ended it.
const GIVEN_UP_AFTER: i64 = 600;

impl Broker {
    pub(super) async fn end_org_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        org: &Secret,
    ) -> Result<Tried, ApiError> {
        let Some(team) = &revoking.credential.team else { return Ok(Tried::Never(Why::NotFound)) };
        let beyond = self.end_beyond(edge, revoking).await?;
        if edge.session_holds(team, org).await? {
            if revoking.told_before(self.clock.now()).is_none() {
                edge.log_out(team, org).await?;
            }
            self.end_what_outlived(edge, revoking).await?;
            if edge.session_holds(team, org).await? {
                return Ok(self.still_taken(revoking));
            }
        }
        Ok(beyond)
    }

    pub(super) async fn end_app_token(
        &self,
        edge: &Edge,
        revoking: &Revoking,
        token: &Secret,
    ) -> Result<Tried, ApiError> {
        let credential = &revoking.credential;
        let beyond = self.end_beyond(edge, revoking).await?;
        let Some(url) = &revoking.url else { return Ok(Tried::Never(Why::NoUrl)) };
        if is_refused(edge, url, credential, token).await? {
            return Ok(beyond);
        }
        if credential.client_id.is_some() {
            // It was exchanged for a service token, and has no session that could be logged out.
            if !self.administer(edge, credential, Reach::App).await? {
                return Ok(Tried::Never(Why::NoAuthority));
            }
        } else {
            if revoking.told_before(self.clock.now()).is_none() {
                edge.log_out_at(url, token).await?;
            }
            self.end_what_outlived(edge, revoking).await?;
        }
        Ok(if is_refused(edge, url, credential, token).await? { beyond } else { self.still_taken(revoking) })
    }

    /// Ends what reaches beyond the credential itself, if that was asked for. Tells how far all is once
    /// the credential is refused.
    async fn end_beyond(&self, edge: &Edge, revoking: &Revoking) -> Result<Tried, ApiError> {
        let Revoking { credential, reach, .. } = revoking;
        let ended = *reach == Reach::Itself || self.administer(edge, credential, *reach).await?;
        Ok(if ended { Tried::Done } else { Tried::Never(Why::OthersRemain) })
    }

    /// Has an administrator end a session that Cloudflare was told to log out and did not.
    async fn end_what_outlived(&self, edge: &Edge, revoking: &Revoking) -> Result<(), ApiError> {
        let now = self.clock.now();
        let outlived = |told: Timestamp| told.seconds_until(now) >= SETTLES_WITHIN;
        if revoking.told_before(now).is_some_and(outlived) {
            self.administer(edge, &revoking.credential, Reach::Person).await?;
        }
        Ok(())
    }

    /// Has an administrator's API token end every session of an application or a person; false if none
    /// may do that.
    async fn administer(&self, edge: &Edge, credential: &Credential, reach: Reach) -> Result<bool, ApiError> {
        let mut failed = None;
        let audiences = match reach {
            Reach::Person => self.audiences_of_team(credential),
            Reach::Itself | Reach::App => credential.audience.iter().cloned().collect(),
        };
        for authority in self.api_tokens(&credential.profile, Region::of(credential.team.as_ref())) {
            let api = authority.api(edge);
            let ended = async {
                let accounts = self.accounts(&api).await?;
                end_by_api(&api, &accounts, credential, reach, &audiences).await
            };
            match ended.await {
                Ok(true) => return Ok(true),
                Ok(false) | Err(ApiError::Unauthorized { .. } | ApiError::BadToken) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(false), Err)
    }

    /// Lists the applications of a credential's team that are known here, by which to find its account.
    fn audiences_of_team(&self, credential: &Credential) -> Vec<Audience> {
        let inner = self.inner();
        let of_team = |other: &Credential| other.team.is_some() && other.team == credential.team;
        let held = inner.cache.list(None).into_iter().filter(|other| of_team(other));
        let held = held.filter_map(|other| other.audience.clone());
        let noted = inner.notes.revoking().filter(|(_, revoking)| of_team(&revoking.credential));
        let noted = noted.filter_map(|(_, revoking)| revoking.credential.audience.clone());
        let mut all: Vec<_> = credential.audience.iter().cloned().collect();
        for audience in held.chain(noted) {
            if !all.contains(&audience) {
                all.push(audience);
            }
        }
        all
    }

    fn still_taken(&self, revoking: &Revoking) -> Tried {
        let now = self.clock.now();
        let told = revoking.told_before(now).unwrap_or(now);
        if told.seconds_until(now) < GIVEN_UP_AFTER { Tried::Told } else { Tried::Never(Why::StillTaken) }
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
    accounts: &[String],
    credential: &Credential,
    reach: Reach,
    audiences: &[Audience],
) -> Result<bool, ApiError> {
    for account in accounts {
        for audience in audiences {
            let Some(app) = api.app_by_audience(account, audience).await? else { continue };
            match (&credential.email, &credential.audience) {
                (Some(email), _) if reach == Reach::Person => api.revoke_user(account, email).await?,
                (_, Some(own)) if own == audience => api.revoke_app_tokens(account, &app.id).await?,
                _ => continue,
            }
            return Ok(true);
        }
    }
    Ok(false)
}
