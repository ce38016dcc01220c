//! Answers one request. A failure is an answer: this is total, and never sees a socket.

mod about;
mod audited;
mod awake;
mod whose;
mod words;

use std::sync::Arc;

use usher_proto::revocation::Revoked;
use usher_proto::{Answer, Request};

pub use self::about::About;
use self::audited::Entry;
use self::awake::keeps_awake;
use self::whose::{wanted, whose};
use crate::audit::Audit;
use crate::broker::rotate::Rotated;
use crate::broker::{Broker, BrokerError, Events, LoginOptions, Want, Watched};
use crate::peer::Peer;
use crate::server::Connections;
use crate::stop::Stop;
use crate::store::Record;

/// Answers requests with the broker's help.
pub struct Handler {
    /// Holds the credentials.
    pub broker: Arc<Broker>,
    /// What `status` tells.
    pub about: About,
    /// Who is connected.
    pub connections: Arc<Connections>,
    /// Ends the agent.
    pub stop: Stop,
    /// Takes notes of who asks for what.
    pub audit: Audit,
}

impl Handler {
    /// Answers one request of a peer; what happens before the answer goes to `events`.
    pub async fn answer(&self, peer: &Peer, request: Request, events: &Events) -> Answer {
        let _use = if keeps_awake(&request) { self.broker.in_use(&whose(&request)).await } else { None };
        let mut entry = self.audit.is_on().then(|| Entry::of(&request, peer, &self.broker)).flatten();
        // Here for every request, as a profile's secrets are asked for in many ways. Whose they are is found
        // out again: to keep that, with all that may happen before, costs each lookup more.
        let answered = match self.broker.refuse_if_closed(&whose(&request)) {
            Ok(()) => self.try_answer(peer, request, events, &mut entry).await,
            Err(closed) => {
                wanted(&request).inspect(|want| refused(&mut entry, want));
                Err(closed)
            }
        };
        let answer = answered.unwrap_or_else(|error| {
            log::debug!("refused pid {}: {error:?}", peer.pid);
            Answer::Error(error.into())
        });
        if entry.is_some_and(|entry| entry.end(&answer, &self.audit)) {
            Box::pin(self.audit.write()).await;
        }
        answer
    }

    /// All but the lookup is done in a box of its own: each connection has room for what is not.
    async fn try_answer(
        &self,
        peer: &Peer,
        request: Request,
        events: &Events,
        entry: &mut Option<Entry>,
    ) -> Result<Answer, BrokerError> {
        Ok(match request {
            Request::Hello {} => Answer::Hello(self.hello()),
            Request::Token { app, profile, min_valid } => {
                let want = Want { app, profile, min_valid };
                let served = self.broker.token(&want).await.inspect_err(|_| refused(entry, &want));
                token_for(peer, served?)
            }
            Request::Login { app, profile, min_valid, fedramp, auto_close } => {
                let (want, options) =
                    (Want { app, profile, min_valid }, LoginOptions { fedramp, auto_close });
                let served = Box::pin(self.broker.log_in(&want, options, events)).await;
                token_for(peer, served.inspect_err(|_| refused(entry, &want))?)
            }
            Request::Headers { app, profile, min_valid } => {
                let want = Want { app, profile, min_valid };
                let served = Box::pin(self.broker.headers(&want)).await;
                let (headers, credential) = served.inspect_err(|_| refused(entry, &want))?;
                log::info!("headers {} to pid {}", credential.id, peer.pid);
                Answer::Headers { headers, credential }
            }
            Request::Refresh { target, profile } => {
                let credential = Box::pin(self.broker.refresh(&target, &profile)).await?.credential;
                log::info!("refreshed {} for pid {}", credential.id, peer.pid);
                Answer::Refreshed { credential }
            }
            Request::Verify { target, profile } => {
                let (Record { credential, .. }, replaced) =
                    Box::pin(self.broker.verify(&target, &profile)).await?;
                Answer::Verified { credential, replaced }
            }
            Request::List { profile, after } => {
                let (credentials, more) =
                    Box::pin(self.broker.list(profile.as_ref(), after.as_ref())).await?;
                Answer::List { credentials, more }
            }
            Request::Show { id } => Answer::Show { credential: Box::pin(self.broker.show(&id)).await? },
            Request::Import(import) => {
                let imported = Box::pin(self.broker.import(import)).await?;
                log::info!("import {} {:?} by pid {}", imported.credential.id, imported.outcome, peer.pid);
                Answer::Imported(imported)
            }
            Request::Forget { id } => Answer::Forgotten { count: Box::pin(self.broker.forget(&id)).await? },
            Request::ForgetAll { profile } => {
                Answer::Forgotten { count: Box::pin(self.broker.forget_all(profile.as_ref())).await? }
            }
            Request::Status {} => Answer::Status(Box::pin(self.status()).await),
            Request::Lock { passphrase } => {
                Box::pin(self.broker.lock(passphrase)).await?;
                log::info!("locked by pid {}", peer.pid);
                Answer::Locked {}
            }
            Request::Unlock { passphrase } => {
                Box::pin(self.broker.unlock(passphrase, peer.pid)).await?;
                log::info!("unlocked by pid {}", peer.pid);
                Answer::Unlocked {}
            }
            Request::Cert { id, profile } => {
                secret_for(peer, Box::pin(self.broker.certificate(id.as_ref(), &profile)).await?)
            }
            Request::TunnelSecret { which, form } => {
                secret_for(peer, Box::pin(self.broker.tunnel_secret(&which, form)).await?)
            }
            Request::CertLogin { profile, fedramp } => {
                let login = self.broker.log_in_to_account(&profile, fedramp, events);
                let imported = Box::pin(login).await?;
                log::info!("login for {} {:?} by pid {}", imported.credential.id, imported.outcome, peer.pid);
                Answer::Imported(imported)
            }
            Request::Tunnels { profile, cert } => {
                Answer::Tunnels { tunnels: Box::pin(self.broker.tunnels(&profile, cert.as_ref())).await? }
            }
            Request::Tunnel(which) => {
                let (tunnel, connectors) = Box::pin(self.broker.tunnel(&which)).await?;
                Answer::Tunnel { tunnel, connectors }
            }
            Request::RotateTunnel { which, drop_connections, staged } => {
                let rotating = self.broker.rotate_tunnel(&which, drop_connections, staged);
                rotated_for(peer, Box::pin(rotating).await?)
            }
            Request::Deployed { id, groups, finished } => {
                rotated_for(peer, Box::pin(self.broker.deployed(&id, groups, finished)).await?)
            }
            Request::RotateServiceToken { id, overlap } => {
                rotated_for(peer, Box::pin(self.broker.rotate_service_token(&id, overlap)).await?)
            }
            Request::RollCert { id } => rotated_for(peer, Box::pin(self.broker.roll_certificate(&id)).await?),
            Request::Revoke { what, dry_run } => {
                let endings = Box::pin(self.broker.revoke(&what, dry_run, events)).await?;
                log::info!("revoked {} for pid {}", endings.len(), peer.pid);
                Answer::Revoked { revoked: endings.iter().map(Revoked::from).collect() }
            }
            Request::Pending {} => {
                let (pending, rotations) = Box::pin(self.broker.pending()).await?;
                Answer::Pending { revoked: pending.iter().map(Revoked::from).collect(), rotations }
            }
            Request::WasRevoked(import) => {
                Answer::WasRevoked { at: Box::pin(self.broker.was_revoked(import)).await? }
            }
            Request::Sandbox {} => Answer::Sandbox(self.about.sandbox.clone()),
            Request::Watch { profile, targets } => {
                match Box::pin(self.broker.watch(&Watched { profile, targets }, events)).await {}
            }
            Request::Stop {} => {
                log::info!("stopped by pid {}", peer.pid);
                self.stop.ask();
                Answer::Stopping {}
            }
        })
    }
}

/// Adds to a request's line what was wanted.
fn refused(entry: &mut Option<Entry>, want: &Want) {
    if let Some(entry) = entry {
        entry.refused(want);
    }
}

fn token_for(peer: &Peer, record: Record) -> Answer {
    let Record { credential, secret } = record;
    log::info!("token {} to pid {}", credential.id, peer.pid);
    Answer::Token { token: secret, credential }
}

fn secret_for(peer: &Peer, record: Record) -> Answer {
    let Record { credential, secret } = record;
    log::info!("secret of {} to pid {}", credential.id, peer.pid);
    Answer::Secret { secret, credential }
}

fn rotated_for(peer: &Peer, rotated: Rotated) -> Answer {
    let Rotated { credential, deployed, finished, overlap } = rotated;
    log::info!("rotated {} for pid {}", credential.id, peer.pid);
    Answer::Rotated { credential, deployed, finished, overlap }
}
