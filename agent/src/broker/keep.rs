//! Takes in what Cloudflare issued, and drops what it does not take any more.

use std::sync::Arc;

use usher_proto::answer::Outcome;
use usher_proto::credential::Source;
use usher_proto::{AppUrl, Kind, ProfileName};

use super::{Broker, BrokerError};
use crate::audit::About;
use crate::cloudflare::edge::{Application, Issued, Tokens};
use crate::store::Record;

impl Broker {
    /// Keeps the tokens of a login or an exchange; every org token that came along and holds is kept.
    pub(super) fn keep_tokens(
        self: &Arc<Self>,
        tokens: Tokens,
        profile: &ProfileName,
        url: &AppUrl,
    ) -> Result<Record, BrokerError> {
        if let Some(org) = tokens.org {
            self.keep(org, profile)?;
        }
        self.keep_app_token(tokens.app, profile, url)
    }

    /// Keeps an app token that was issued for a URL.
    pub(super) fn keep_app_token(
        self: &Arc<Self>,
        issued: Issued,
        profile: &ProfileName,
        url: &AppUrl,
    ) -> Result<Record, BrokerError> {
        let record = self.keep(issued, profile)?;
        // The edge has just said which application is there: another token that would answer this
        // URL first is of an application that is there no more.
        let superseded = self.inner().cache.superseded(&record.credential, url);
        for old in superseded {
            self.drop_in_background(old);
        }
        Ok(record)
    }

    /// Keeps what was issued just now.
    pub(super) fn keep(
        self: &Arc<Self>,
        issued: Issued,
        profile: &ProfileName,
    ) -> Result<Record, BrokerError> {
        self.keep_record(issued.into_record(profile.clone()))
    }

    /// Puts a record into the cache at once and into the store soon: whoever waits for it need not
    /// wait for the store, and when that fails it can still be used.
    pub(super) fn keep_record(self: &Arc<Self>, record: Record) -> Result<Record, BrokerError> {
        let outcome = self.renew(&record)?;
        self.tell_come(&record.credential, outcome);
        let (broker, fresh) = (Arc::clone(self), record.clone());
        tokio::spawn(async move { broker.save_fresh(&fresh).await });
        Ok(record)
    }

    /// Tells whether an org token that was refused for an application is dead.
    ///
    /// The login page is also what an application shows that asks for more than the session has, such
    /// as a second factor; the session is not dead for that. So where the org token was exchanged
    /// for other applications and never for this one, it lives.
    pub(super) fn is_dead(&self, org: &Record, app: &Application) -> bool {
        let since = org.credential.issued;
        let exchanged: Vec<_> = self
            .inner()
            .cache
            .list(Some(&org.credential.profile))
            .into_iter()
            .filter(|credential| {
                credential.kind == Kind::AppToken
                    && credential.source == Source::Exchange
                    && credential.team.as_ref() == Some(&app.team)
                    && credential.client_id.is_none()
                    && credential.issued >= since
            })
            .collect();
        let for_this_one =
            exchanged.iter().any(|credential| credential.audience.as_ref() == Some(&app.audience));
        exchanged.is_empty() || for_this_one
    }

    /// Drops what Cloudflare refuses, unless something newer has taken its place.
    pub(super) async fn drop_refused(&self, refused: &Record) {
        let id = &refused.credential.id;
        let held = self.inner().cache.record(id);
        if held.is_some_and(|held| held.secret == refused.secret) {
            log::info!("{id} is not taken any more and is dropped");
            self.inner().cache.remove(id);
            self.tell_revoked(&refused.credential);
            self.audit.note_own("drop", About::Credential(Arc::clone(&refused.credential)));
            self.remove_stored(id).await;
        }
    }

    /// The same for a caller that does not wait.
    pub(super) fn drop_in_background(self: &Arc<Self>, refused: Record) {
        let broker = Arc::clone(self);
        tokio::spawn(async move { broker.drop_refused(&refused).await });
    }

    /// Takes a record into the cache, in place of what was there.
    pub(super) fn renew(&self, record: &Record) -> Result<Outcome, BrokerError> {
        let mut inner = self.inner();
        inner.refuse_if_locked(&record.credential.profile)?; // nothing open comes into a locked agent
        Ok(inner.cache.renew(record.clone()))
    }

    /// Writes a record that was issued just now; where the store fails it is tried again later.
    pub(super) async fn save_fresh(&self, record: &Record) {
        match self.save(record).await {
            Ok(()) => self.inner().cache.saved(record),
            Err(error) => log::error!("{} could not be stored: {error}", record.credential.id),
        }
    }
}
