//! Gives a tunnel another secret. The new one is noted in the store before Cloudflare hears of it, so
//! that it cannot be lost; what was begun is finished by whoever asks for the same again.

use std::sync::Arc;

use usher_proto::tunnel::WhichTunnel;
use usher_proto::{Credential, CredentialId, Kind, TunnelName};

use super::{Rotated, cut_connectors};
use crate::broker::certificates::Account;
use crate::broker::notes::{revoked_id, rotating_id};
use crate::broker::{Broker, BrokerError};
use crate::cloudflare::{api, tunnel};
use crate::store::{Matter, Note, Record, Rotating};

/// A tunnel at Cloudflare, and with what it is managed.
struct Managed {
    account: Account,
    tunnel: api::Tunnel,
    held: Option<Record>,
}

impl Broker {
    /// Gives a tunnel another secret, and cuts its connectors if that is wanted. A staged rotation is not
    /// finished before [`Broker::deployed`] says so.
    pub async fn rotate_tunnel(
        &self,
        which: &WhichTunnel,
        drop_connections: bool,
        staged: bool,
    ) -> Result<Rotated, BrokerError> {
        self.read().await?;
        let _turn = self.rotating.lock().await;
        let managed = self.managed(which).await?;
        let mut note = self.rotation(&managed, drop_connections, staged).await?;
        let Managed { account, tunnel, .. } = &managed;
        let api = account.api(self.edge()?);
        let (Matter::Rotating(rotating), Some(token)) = (&mut note.matter, &note.secret) else {
            return Err(BrokerError::Locked(None));
        };
        if !rotating.changed {
            let secret = tunnel::base64_of(token)?;
            let changed = api.set_tunnel_secret(&account.id, &tunnel.id, &tunnel.name, &secret);
            match account.asked(changed).await {
                Ok(()) => rotating.changed = true,
                Err(error) if error.is_passing() => return Err(BrokerError::HalfRotated(error.into())),
                Err(error) => {
                    self.unnote(&note.id).await; // nothing was changed
                    return Err(error);
                }
            }
        }
        let rotating = rotating.clone();
        let secret = Arc::clone(token);
        self.put_in_place(Record { credential: Arc::clone(&rotating.credential), secret }).await?;
        self.note_or_log(note.clone()).await;
        if rotating.drop_connections {
            let cut = account.asked(cut_connectors(&api, &account.id, &tunnel.id)).await;
            cut.map_err(|error| BrokerError::HalfRotated(error.into()))?;
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
    pub(in crate::broker) async fn settle_rotation(&self, held: &Record) -> Option<Record> {
        let note = self.noted(&rotating_id(&held.credential.id))?;
        let (Matter::Rotating(rotating), Some(token)) = (&note.matter, &note.secret) else { return None };
        let record = Record { credential: Arc::clone(&rotating.credential), secret: Arc::clone(token) };
        if rotating.changed {
            return Some(record);
        }
        let id = rotating.credential.tunnel.as_deref()?;
        for account in self.accounts_of(held) {
            let theirs = account.asked(account.api(self.edge().ok()?).tunnel_token(&account.id, id)).await;
            let Ok(theirs) = theirs else { continue };
            if !tunnel::is_same(&theirs, token) {
                return None;
            }
            self.put_in_place(record.clone()).await.ok()?;
            let rotating = Rotating { changed: true, ..rotating.clone() };
            self.note_or_log(Note { matter: Matter::Rotating(rotating), ..note }).await;
            return Some(record);
        }
        None
    }

    /// Takes up a rotation that was begun, or begins one: makes the new secret and notes it.
    async fn rotation(
        &self,
        managed: &Managed,
        drop_connections: bool,
        staged: bool,
    ) -> Result<Note, BrokerError> {
        let Managed { account, tunnel, held } = managed;
        let api = account.api(self.edge()?);
        let theirs = account.asked(api.tunnel_token(&account.id, &tunnel.id)).await?;
        let theirs = tunnel::issued(theirs, &tunnel.name)?;
        let profile = held.as_ref().map_or(account.profile(), |held| &held.credential.profile);
        let Record { credential, secret: theirs } = theirs.into_record(profile.clone());
        let id = rotating_id(&credential.id);
        if let Some(mut note) = self.noted(&id)
            && let (Matter::Rotating(rotating), Some(new)) = (&mut note.matter, &note.secret)
        {
            rotating.changed = tunnel::is_same(&theirs, new);
            rotating.drop_connections |= drop_connections;
            rotating.staged |= staged;
            return Ok(note);
        }
        let token = Arc::new(tunnel::with_secret(&theirs, &tunnel::new_secret())?);
        let rotating = Rotating {
            credential: held.as_ref().map_or(credential, |held| Arc::clone(&held.credential)),
            before: revoked_id(Kind::Tunnel, &theirs),
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

    /// Finds a tunnel at Cloudflare: by what is held, else by the certificate.
    async fn managed(&self, which: &WhichTunnel) -> Result<Managed, BrokerError> {
        let held = self.held_tunnel(which)?;
        let (accounts, name) = match &held {
            Some(record) => (self.accounts_of(record), uuid_of(record)),
            None => (vec![self.account(which.cert.as_ref(), &which.profile).await?], None),
        };
        let name = name.unwrap_or_else(|| which.tunnel.clone());
        let mut refused = BrokerError::NoCert;
        for account in accounts {
            match self.find_tunnel(&account, &account.api(self.edge()?), &name).await {
                Ok(tunnel) => return Ok(Managed { account, tunnel, held }),
                Err(error) if error.is_of_authority() => refused = error,
                Err(error) => return Err(error),
            }
        }
        Err(refused)
    }

    /// Lists with what a tunnel's account can be asked.
    fn accounts_of(&self, held: &Record) -> Vec<Account> {
        let Credential { account, profile, .. } = &*held.credential;
        let id = account.clone().unwrap_or_default();
        let authorities = self.authorities_for(&id, profile, tunnel::region(&held.secret));
        authorities.into_iter().map(|authority| Account::new(id.clone(), authority)).collect()
    }

    async fn finish_rotation(&self, id: &CredentialId, rotating: &Rotating) {
        self.remember(&rotating.before, self.clock.now(), None).await;
        self.unnote(id).await;
    }
}

fn uuid_of(held: &Record) -> Option<TunnelName> {
    held.credential.tunnel.as_ref()?.parse().ok()
}
