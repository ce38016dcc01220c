//! Every store keeps the same promises, and some of its own.

mod file;
#[cfg(target_os = "linux")]
mod kernel;
mod keyring;

use usher_agent::store::memory::Memory;
use usher_tests::contract::{Promises, check};

#[test]
fn memory_keeps_its_promises() {
    let promises = Promises { persists: false, largest: usize::MAX, many: 100 };
    check(promises, &mut || Box::<Memory>::default());
}
