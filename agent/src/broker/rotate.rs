//! Gives a tunnel another secret. The new one is noted in the store before Cloudflare hears of it, so
//! that it cannot be lost; what was begun is finished by whoever asks for the same again.

mod roll;
mod service_token;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use usher_proto::answer::Outcome;
use usher_proto::tunnel::WhichTunnel;
use usher_proto::{Credential, CredentialId, Kind, Timestamp};

use super::authority::Authority;
use super::notes::{revoked_id, rotating_id};
use super::{Broker, BrokerError};
use crate::cloudflare::api::{Api, ApiError};
use crate::cloudflare::tunnel;
use crate::store::{Matter, Note, Record, Rotating};

/// Between two looks at connectors that were cut.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// So often connectors are cut that are there again.
const CUTS: u32 = 5;

/// What became of a rotation.
#[derive(Debug)]
pub struct Rotated {
    /// What has another secret.
    pub credential: Arc<Credential>,
    /// So many groups of replicas have it.
    pub deployed: u32,
    /// Nothing is left to be done.
    pub finished: bool,
    /// Secrets of before are taken until then.
    pub overlap: Option<Timestamp>,
}

/// A tunnel at Cloudflare, and with what it can be managed.
struct Managed {
    account: String,
    id: String,
    name: String,
    authority: Authority,
    held: Option<Record>,
}

impl Broker {
    /// Gives a tunnel another secret, and cuts its connectors if that is wanted. A staged rotation is not
    /// finished before [`Broker::deployed`] says so.
    pub async fn rotate_tunnel(
        self: &Arc<Self>,
        which: &WhichTunnel,
        drop_connections: bool,
        staged: bool,
    ) -> Result<Rotated, BrokerError> {
        self.read().await?;
        let _turn = self.rotating.lock().await;
        let managed = self.managed(which).await?;
        let Managed { account, id, authority, held, .. } = &managed;
        let api = self.api(authority, held.as_ref())?;
        let mut note = self.rotation(&api, &managed, drop_connections, staged).await?;
        let (Matter::Rotating(rotating), Some(token)) = (&mut note.matter, &note.secret) else {
            return Err(BrokerError::Locked);
        };
        if !rotating.changed {
            let secret = tunnel::base64_of(token)?;
            match api.set_tunnel_secret(account, id, &rotating.name, &secret).await {
                Ok(()) => {}
                Err(error) if error.is_passing() || error == ApiError::AnswerLost => {
                    return Err(BrokerError::HalfRotated { with: authority.credential.kind, error });
                }
                Err(error) => {
                    self.unnote(&note.id).await; // nothing was changed
                    return Err(authority.refused(error));
                }
            }
            rotating.changed = true;
        }
        let (rotating, token) = (rotating.clone(), Arc::clone(token));
        let record = Record { credential: Arc::clone(&rotating.credential), secret: token };
        self.put_in_place(record).await;
        self.note_or_log(note.clone()).await;
        if rotating.drop_connections {
            let half = |error| BrokerError::HalfRotated { with: authority.credential.kind, error };
            cut_connectors(&api, account, id).await.map_err(half)?;
        }
        if !rotating.staged {
            self.finish_rotation(&note.id, &rotating).await;
        }
        let Rotating { credential, deployed, staged, .. } = rotating;
        Ok(Rotated { credential, deployed, finished: !staged, overlap: None })
    }

    /// Notes how many groups of replicas have a new secret, and ends the rotation when all have.
    pub async fn deployed(
        &self,
        id: &CredentialId,
        groups: u32,
        finished: bool,
    ) -> Result<Rotated, BrokerError> {
        self.read().await?;
        let _turn = self.rotating.lock().await;
        let note = self.noted(&rotating_id(id)).ok_or(BrokerError::NotRotating)?;
        let Matter::Rotating(rotating) = &note.matter else { return Err(BrokerError::NotRotating) };
        let rotating = Rotating { deployed: groups, ..rotating.clone() };
        if finished {
            self.finish_rotation(&note.id, &rotating).await;
        } else {
            self.note(Note { matter: Matter::Rotating(rotating.clone()), ..note }).await?;
        }
        Ok(Rotated { credential: rotating.credential, deployed: groups, finished, overlap: None })
    }

    /// Finds out what became of a rotation whose answer was lost, before the credentials are used.
    pub(super) async fn settle_rotation(&self, held: &Record) -> Option<Record> {
        let note = self.noted(&rotating_id(&held.credential.id))?;
        let (Matter::Rotating(rotating), Some(token)) = (&note.matter, &note.secret) else { return None };
        let record = Record { credential: Arc::clone(&rotating.credential), secret: Arc::clone(token) };
        if rotating.changed {
            return Some(record);
        }
        let (account, id) = (rotating.credential.account.as_deref()?, rotating.credential.tunnel.as_deref()?);
        for authority in self.authorities_for(account, &rotating.credential.profile) {
            let api = self.api(&authority, Some(held)).ok()?;
            let Ok(theirs) = api.tunnel_token(account, id).await else { continue };
            if !tunnel::is_same(&theirs, token) {
                return None;
            }
            self.put_in_place(record.clone()).await;
            let rotating = Rotating { changed: true, ..rotating.clone() };
            self.note_or_log(Note { matter: Matter::Rotating(rotating), ..note }).await;
            return Some(record);
        }
        None
    }

    /// Takes up a rotation that was begun, or begins one: makes the new secret and notes it.
    async fn rotation(
        &self,
        api: &Api<'_>,
        managed: &Managed,
        drop_connections: bool,
        staged: bool,
    ) -> Result<Note, BrokerError> {
        let Managed { account, id, name, held, authority } = managed;
        let profile = held.as_ref().map_or(&authority.credential.profile, |held| &held.credential.profile);
        let theirs = api.tunnel_token(account, id).await.map_err(|error| authority.refused(error))?;
        let begun = tunnel::issued(theirs, name)?.into_record(profile.clone());
        let theirs = &begun.secret;
        let id = rotating_id(&begun.credential.id);
        if let Some(mut note) = self.noted(&id)
            && let (Matter::Rotating(rotating), Some(new)) = (&mut note.matter, &note.secret)
        {
            rotating.changed = tunnel::is_same(theirs, new);
            rotating.drop_connections |= drop_connections;
            rotating.staged |= staged;
            return Ok(note);
        }
        let token = Arc::new(tunnel::with_secret(theirs, &tunnel::new_secret())?);
        let rotating = Rotating {
            credential: held
                .as_ref()
                .map_or(Arc::clone(&begun.credential), |held| Arc::clone(&held.credential)),
            name: name.clone(),
            before: Some(revoked_id(Kind::Tunnel, theirs)),
            changed: false,
            drop_connections,
            staged,
            deployed: 0,
        };
        let note = Note { id: id.clone(), matter: Matter::Rotating(rotating), secret: Some(token) };
        if let Err(error) = self.note(note.clone()).await {
            self.unnote(&id).await;
            return Err(error.into()); // what cannot be kept is not given to Cloudflare
        }
        Ok(note)
    }

    /// Finds a tunnel at Cloudflare: among what is held, or by the certificate.
    async fn managed(&self, which: &WhichTunnel) -> Result<Managed, BrokerError> {
        let held = self.held_tunnel(which)?;
        let (account, authorities) = match &held {
            Some(Record { credential, .. }) => {
                let account = credential.account.clone().unwrap_or_default();
                let authorities = self.authorities_for(&account, &credential.profile);
                (account, authorities)
            }
            None => {
                let certificate = self.certificate(which.cert.as_ref(), &which.profile).await?;
                let account = certificate.credential.account.clone().unwrap_or_default();
                let authorities = self.certificates_of(&account, &certificate.credential.profile);
                (account, authorities)
            }
        };
        let mut refused = BrokerError::NoCert;
        for authority in authorities {
            let api = self.api(&authority, held.as_ref())?;
            let found = match held.as_ref().and_then(|held| held.credential.tunnel.as_deref()) {
                Some(id) => api.tunnel(&account, id).await,
                None => named(&api, &account, which).await,
            };
            match found {
                Ok(found) if found.deleted.is_none() => {
                    return Ok(Managed { account, id: found.id, name: found.name, authority, held });
                }
                Ok(_) | Err(ApiError::NotFound) => return Err(BrokerError::NoSuchTunnel),
                Err(error @ (ApiError::Unauthorized { .. } | ApiError::BadToken)) => {
                    refused = authority.refused(error);
                }
                Err(error) => return Err(authority.refused(error)),
            }
        }
        Err(refused)
    }

    /// Speaks to the API that knows a tunnel.
    pub(super) fn api<'a>(
        &'a self,
        authority: &'a Authority,
        held: Option<&Record>,
    ) -> Result<Api<'a>, BrokerError> {
        let of_tunnel = held.map(|held| tunnel::region(&held.secret));
        let region = authority.region.or(of_tunnel).unwrap_or(crate::cloudflare::edge::Region::Commercial);
        Ok(self.edge()?.api(region, &authority.token))
    }

    /// Puts a new secret in the place of the one before, in memory and then in the store.
    pub(super) async fn put_in_place(&self, record: Record) {
        let is_new = self.inner().cache.credential(&record.credential.id).is_none();
        self.inner().cache.renew(record.clone());
        match self.save(&record).await {
            Ok(()) => self.inner().cache.saved(&record),
            Err(error) => log::error!("{} could not be stored: {error}", record.credential.id),
        }
        self.tell_come(&record.credential, if is_new { Outcome::New } else { Outcome::Replaced });
    }

    async fn finish_rotation(&self, id: &CredentialId, rotating: &Rotating) {
        if let Some(before) = rotating.before.clone() {
            let matter = Matter::Revoked { kind: Kind::Tunnel, at: self.clock.now(), expires: None };
            self.note_or_log(Note { id: before, matter, secret: None }).await;
        }
        self.unnote(id).await;
        self.forget_needless_notes().await;
    }
}

/// Finds a tunnel by name or UUID.
async fn named(
    api: &Api<'_>,
    account: &str,
    which: &WhichTunnel,
) -> Result<crate::cloudflare::api::Tunnel, ApiError> {
    let name = which.tunnel.as_str();
    if which.tunnel.is_uuid() {
        return api.tunnel(account, name).await;
    }
    let filter = crate::cloudflare::api::TunnelFilter { name: Some(name) };
    api.tunnels(account, filter).await?.into_iter().next().ok_or(ApiError::NotFound)
}

/// Cuts every connector of a tunnel, and sees that none of them stayed. They may connect again with the
/// tunnel's present secret.
pub(super) async fn cut_connectors(api: &Api<'_>, account: &str, id: &str) -> Result<(), ApiError> {
    let before = api.connectors(account, id).await?;
    for cut in 1.. {
        api.drop_connections(account, id, None).await?;
        let after = api.connectors(account, id).await?;
        let stayed = after
            .iter()
            .any(|one| before.iter().any(|other| (&one.id, one.began) == (&other.id, other.began)));
        if !stayed {
            break;
        }
        if cut == CUTS {
            return Err(ApiError::Conflict);
        }
        sleep(BETWEEN_LOOKS).await;
    }
    Ok(())
}
