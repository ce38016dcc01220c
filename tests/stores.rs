//! Every store keeps the same promises, and some of its own.

mod file;
#[cfg(target_os = "linux")]
mod kernel;
mod keyring;

use usher_agent::store::memory::Memory;
use usher_agent::store::{Contents, Store};
use usher_tests::contract::{Promises, check, note, record};
use usher_tests::store::TestStore;

/// Or tests would rely on what no store does.
#[test]
fn the_store_of_the_tests_keeps_its_promises() {
    let promises = Promises { persists: false, largest: usize::MAX, many: 100 };
    check(promises, &mut || Box::<TestStore>::default());
}

#[test]
fn memory_keeps_nothing_beside_what_the_agent_holds() {
    let mut store = Memory;
    assert_eq!((store.put(&record(1, "held")), store.put_note(&note(2))), (Ok(()), Ok(())));
    assert_eq!(store.holds(&record(1, "held")), Ok(true), "the agent holds it");
    assert_eq!(store.load(), Ok(Contents::default()));
    assert!(store.close().is_none(), "there is nothing to take away");
}
