//! Gets account certificates through a browser: one page for all of a profile who wait.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use usher_proto::ProfileName;
use usher_proto::answer::{Event, Imported};

use super::pages::{Page, Pages};
use super::{Broker, BrokerError, Events};
use crate::cloudflare::edge::Region;
use crate::store::Record;

/// The logins to accounts under way, by profile and region.
pub(super) type AccountLogins = Pages<(ProfileName, Region), (), Imported>;

type AccountPage = Page<(), Imported>;

impl Broker {
    /// Gets an account certificate through a browser, and keeps it beside those that are there.
    ///
    /// The answer comes when it is in the store, or says why it is not.
    pub async fn log_in_to_account(
        self: &Arc<Self>,
        profile: &ProfileName,
        fedramp: bool,
        events: &Events,
    ) -> Result<Imported, BrokerError> {
        self.read().await?;
        let region = if fedramp { Region::Fedramp } else { Region::Commercial };
        let key = (profile.clone(), region);
        let page = self.account_logins.join(key, || self.open_account_page(profile, region))?;
        let mut asked = Asked { page: &page, is_asked: false };
        page.wait(events, || asked.tell(events)).await
    }

    fn open_account_page(
        self: &Arc<Self>,
        profile: &ProfileName,
        region: Region,
    ) -> Result<AccountPage, BrokerError> {
        let login = self.edge()?.begin_account_login(region);
        let address = Arc::clone(login.page());
        let deadline = Instant::now() + self.login_patience;
        let (broker, profile) = (Arc::clone(self), profile.clone());
        let outcome = async move {
            let issued = timeout_at(deadline, broker.edge()?.collect_certificate(&login)).await;
            let issued = issued.map_err(|_| BrokerError::AccountLoginTimeout)??;
            broker.keep_certificate(issued.into_record(profile)).await
        };
        Ok(Page::new(address, (), deadline, outcome))
    }

    /// Keeps a certificate, also when nobody waits for it any more: it was handed out once.
    async fn keep_certificate(self: &Arc<Self>, record: Record) -> Result<Imported, BrokerError> {
        let broker = Arc::clone(self);
        let kept = tokio::spawn(async move { broker.take_in(record).await });
        kept.await.unwrap_or(Err(BrokerError::Locked(None)))
    }
}

/// One waiter, who is asked to open the page if nobody else is: its event does not say that somebody else
/// is to do that, so it comes to one of them alone. When that one leaves the next is asked.
struct Asked<'p> {
    page: &'p AccountPage,
    is_asked: bool,
}

impl Asked<'_> {
    fn tell(&mut self, events: &Events) {
        if !self.is_asked && self.page.take() {
            self.is_asked = true;
            events
                .tell(Event::LogInToAccount { url: Arc::clone(&self.page.address), left: self.page.left() });
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.is_asked {
            self.page.give_back();
        }
    }
}
