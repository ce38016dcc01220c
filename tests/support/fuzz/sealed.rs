//! The sealed file. An input is what became of a good one: where each change is (two bytes), what is
//! added to the byte there; a change beyond the end cuts or lengthens the file. An input that begins as
//! sealed files do is one itself.

use tempfile::TempDir;
use usher_agent::seal::Cost;
use usher_agent::store::file::{File, PassphraseSource};
use usher_agent::store::{Store, StoreError};
use usher_proto::Secret;

use super::allocation::largest_while;
use crate::contract::record;

/// What a guess costs in tests.
pub(super) const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

/// The most that is believed: 1 GiB, 32 passes, 16 lanes.
const MOST: Cost = Cost { memory_kib: 1024 * 1024, passes: 32, lanes: 16 };

/// The most that a fuzzer has the time to pay.
const AFFORDABLE: Cost = Cost { memory_kib: 1024, passes: 4, lanes: 16 };

/// What every sealed file begins with.
const MAGIC: &[u8] = b"usher box";

/// A changed file does not open, and one that asks for too much is not given it.
pub fn sealed_file(bytes: &[u8]) {
    in_place(|place| {
        let whole = bytes.starts_with(MAGIC);
        check(place, &if whole { bytes.to_vec() } else { changed(&place.good, bytes) });
    });
}

fn check(place: &Place, given: &[u8]) {
    let cost = cost(given);
    let is = |most: Cost| {
        cost.is_none_or(|cost| {
            cost.memory_kib <= most.memory_kib && cost.passes <= most.passes && cost.lanes <= most.lanes
        })
    };
    if is(MOST) && !is(AFFORDABLE) {
        return;
    }
    let (opened, largest) = largest_while(|| place.open(given));
    if given == place.good {
        assert_eq!(opened, Ok(()), "nothing was changed");
    } else {
        assert!(opened.is_err(), "a change was not noticed");
    }
    if !is(MOST) {
        assert!(largest <= 64 * 1024 + given.len(), "{largest} bytes at once");
    }
}

/// A folder with a sealed file in it.
pub(super) struct Place {
    folder: TempDir,
    /// A good file with one record.
    good: Vec<u8>,
}

/// Does something in the one folder of this thread, which goes with it.
pub(super) fn in_place<T>(doing: impl FnOnce(&Place) -> T) -> T {
    thread_local! {
        static PLACE: Place = Place::new();
    }
    PLACE.with(doing)
}

impl Place {
    fn new() -> Self {
        let mut place = Self { folder: TempDir::new().expect("a folder"), good: Vec::new() };
        let mut store = place.store();
        store.unlock(Some(&passphrase())).expect("a new file");
        store.put(&record(1, "kept")).expect("there is room");
        drop(store);
        place.good = std::fs::read(place.path()).expect("it was written");
        place
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("credentials.sealed")
    }

    pub(super) fn store(&self) -> File {
        File::new(self.path(), PassphraseSource::Ask).with_cost(CHEAP)
    }

    pub(super) fn write(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).expect("there is room");
    }

    fn open(&self, bytes: &[u8]) -> Result<(), StoreError> {
        self.write(bytes);
        self.store().unlock(Some(&passphrase()))
    }
}

pub(super) fn passphrase() -> Secret {
    Secret::new(b"correct horse".to_vec()).expect("not empty")
}

fn changed(good: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut file = good.to_vec();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]]));
        match file.get_mut(at) {
            Some(byte) => *byte = byte.wrapping_add(change[2]),
            None if at % 2 == 0 => file.truncate(usize::from(change[2])),
            None => file.push(change[2]),
        }
    }
    file
}

/// Reads what a file says that it costs to open.
fn cost(file: &[u8]) -> Option<Cost> {
    let numbers = file.strip_prefix(MAGIC)?.get(1..13)?;
    let number = |at: usize| u32::from_le_bytes(numbers[at..at + 4].try_into().expect("four bytes"));
    Some(Cost { memory_kib: number(0), passes: number(4), lanes: number(8) })
}
