//! Credentials in the order in which they are listed, kept so that a page costs no more if many are held.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use usher_proto::{Credential, CredentialId, Kind, ProfileName};

/// Each credential once: by profile, then by kind, then by label.
#[derive(Default)]
pub(super) struct Order(BTreeSet<Placed>);

/// A credential, compared by its place.
struct Placed(Arc<Credential>);

impl Order {
    pub(super) fn insert(&mut self, credential: &Arc<Credential>) {
        self.0.insert(Placed(Arc::clone(credential)));
    }

    pub(super) fn remove(&mut self, credential: &Arc<Credential>) {
        self.0.remove(&Placed(Arc::clone(credential)));
    }

    /// Goes through those of a profile, or all, from the one after `after` on.
    pub(super) fn of<'o>(
        &'o self,
        profile: Option<&'o ProfileName>,
        after: Option<&Arc<Credential>>,
    ) -> impl Iterator<Item = &'o Arc<Credential>> {
        let from = after.map_or(Unbounded, |after| Excluded(Placed(Arc::clone(after))));
        let wanted =
            move |credential: &&Arc<Credential>| profile.is_none_or(|profile| credential.profile == *profile);
        self.0.range((from, Unbounded)).map(|placed| &placed.0).filter(wanted)
    }
}

impl Placed {
    fn place(&self) -> (&ProfileName, Kind, &str, &CredentialId) {
        let Credential { profile, kind, label, id, .. } = self.0.as_ref();
        (profile, *kind, label, id)
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Placed {}
