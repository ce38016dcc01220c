//! What is to be revoked, as somebody named it.

use std::collections::HashSet;
use std::sync::Arc;

use usher_proto::request::Target;
use usher_proto::revocation::Revocation;
use usher_proto::{Credential, Kind};

use super::way::rank;
use crate::broker::{Broker, BrokerError};
use crate::store::Reach;

impl Broker {
    /// Finds what was named, in the order in which it is to be ended.
    pub(super) fn chosen(&self, what: &Revocation) -> Result<Vec<(Arc<Credential>, Reach)>, BrokerError> {
        let (mut credentials, reach) = match what {
            Revocation::Each(targets) => {
                let found: Result<Vec<_>, _> =
                    targets.iter().map(|target| self.named_credential(target)).collect();
                (found?, Reach::Itself)
            }
            Revocation::All(profile) => (self.inner().cache.list(profile.as_ref()), Reach::Itself),
            Revocation::Person(email) => {
                let of_person = |credential: &Arc<Credential>| {
                    credential
                        .email
                        .as_ref()
                        .is_some_and(|theirs| theirs.eq_ignore_ascii_case(email.as_str()))
                };
                (self.held_where(of_person), Reach::Person)
            }
            Revocation::App(url) => {
                let named = self.named_credential(&Target::App(url.clone()))?;
                let of_app = |credential: &Arc<Credential>| {
                    credential.kind == Kind::AppToken && credential.audience == named.audience
                };
                (self.held_where(of_app), Reach::App)
            }
            Revocation::Pending => (Vec::new(), Reach::Itself),
        };
        if credentials.is_empty() && matches!(what, Revocation::Person(_)) {
            return Err(BrokerError::NoSuchPerson);
        }
        credentials.sort_by(|one, other| {
            (rank(one.kind), &one.label, &one.id).cmp(&(rank(other.kind), &other.label, &other.id))
        });
        credentials.dedup();
        // What reaches beyond them is asked for once for each team, with the first of them.
        let mut asked = HashSet::new();
        let chosen = credentials.into_iter().map(|credential| {
            let is_first = asked.insert(credential.team.clone());
            (credential, if is_first { reach } else { Reach::Itself })
        });
        Ok(chosen.collect())
    }

    fn held_where(&self, wanted: impl Fn(&Arc<Credential>) -> bool) -> Vec<Arc<Credential>> {
        self.inner().cache.list(None).into_iter().filter(wanted).collect()
    }

    /// Finds one credential. A URL names the app token that answers it; where several profiles have one,
    /// an id must say which.
    fn named_credential(&self, target: &Target) -> Result<Arc<Credential>, BrokerError> {
        let inner = self.inner();
        let url = match target {
            Target::Id(id) => return inner.cache.credential(id).ok_or(BrokerError::NoSuchId),
            Target::App(url) => url,
        };
        let profiles = inner.cache.profiles();
        let mut found = profiles.iter().filter_map(|profile| inner.cache.answer(profile, url));
        match (found.next(), found.next()) {
            (None, _) => Err(BrokerError::NoSuchApp),
            (Some(only), None) => Ok(Arc::clone(only)),
            (Some(_), Some(_)) => Err(BrokerError::SeveralProfiles),
        }
    }
}
