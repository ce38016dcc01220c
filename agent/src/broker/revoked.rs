//! What was revoked, so that it does not come in again: a few bytes for each, all in one note, because
//! some stores have room for few things.

use std::collections::HashMap;

use usher_proto::{CredentialId, Timestamp};

use crate::store::{Matter, Note, Revoked};

/// Most that are remembered; of more, those are forgotten that were revoked first.
const MOST: usize = 200;

/// Revoked credentials, by what they are recognised by.
#[derive(Default)]
pub(super) struct Memory(HashMap<String, Revoked>);

impl Memory {
    /// Takes over what a note holds.
    pub(super) fn take_over(&mut self, revoked: &[Revoked]) {
        self.0.extend(revoked.iter().map(|one| (one.digits.clone(), one.clone())));
    }

    /// Remembers one more, and forgets those that have ended by themselves. Tells the note of them all.
    pub(super) fn remember(&mut self, revoked: Revoked, now: Timestamp) -> Note {
        self.0.insert(revoked.digits.clone(), revoked);
        self.0.retain(|_, one| one.expires.is_none_or(|end| end > now));
        let mut all: Vec<Revoked> = self.0.values().cloned().collect();
        all.sort_by(|one, other| (other.at, &other.digits).cmp(&(one.at, &one.digits)));
        for forgotten in all.drain(MOST.min(all.len())..) {
            self.0.remove(&forgotten.digits);
        }
        let id = "remembered-000000000000".parse().expect("a prefix and twelve digits");
        Note { id, matter: Matter::Revoked(all), secret: None }
    }

    /// Tells when a credential was revoked, by the name of the note that it had.
    pub(super) fn at(&self, id: &CredentialId) -> Option<Timestamp> {
        self.0.get(digits(id)).map(|revoked| revoked.at)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shows the digits of an id.
pub(super) fn digits(id: &CredentialId) -> &str {
    id.as_str().rsplit('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn revoked(number: usize, expires: Option<i64>) -> Revoked {
        let expires = expires.map(|end| Timestamp(NOW.0 + end));
        Revoked { digits: format!("{number:012x}"), at: Timestamp(NOW.0 + number as i64), expires }
    }

    fn listed(note: &Note) -> Vec<&str> {
        let Matter::Revoked(all) = &note.matter else { panic!("{note:?}") };
        all.iter().map(|one| one.digits.as_str()).collect()
    }

    #[test]
    fn what_has_ended_by_itself_and_what_is_too_old_is_forgotten() {
        let mut memory = Memory::default();
        memory.remember(revoked(1, Some(1)), NOW);
        let note = memory.remember(revoked(2, None), NOW);
        assert_eq!(listed(&note), ["000000000002", "000000000001"]);
        let note = memory.remember(revoked(3, None), Timestamp(NOW.0 + 1));
        assert_eq!(listed(&note), ["000000000003", "000000000002"]);
        for number in 4..MOST + 4 {
            memory.remember(revoked(number, None), NOW);
        }
        let at = |number: usize| memory.at(&format!("revoked-{number:012x}").parse().expect("an id"));
        assert_eq!((at(3), at(4)), (None, Some(Timestamp(NOW.0 + 4))));
        assert_eq!(memory.0.len(), MOST);
    }

    #[test]
    fn what_is_taken_over_is_remembered() {
        let mut memory = Memory::default();
        assert!(memory.is_empty());
        memory.take_over(&[revoked(7, None)]);
        assert_eq!(memory.at(&"revoked-000000000007".parse().expect("an id")), Some(Timestamp(NOW.0 + 7)));
        assert_eq!(listed(&memory.remember(revoked(8, None), NOW)), ["000000000008", "000000000007"]);
    }
}
