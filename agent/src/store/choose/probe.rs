//! Finding out which store works: by using it.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::store::items::{Item, Items};
use crate::store::keyring::Keyring;
use crate::store::{StoreError, StoreName};

/// How long a store may take to show that it works. One that hangs is left to itself.
pub(super) const DEADLINE: Duration = Duration::from_secs(3);
/// Names the item with which a keyring is tried; not among the others, lest it be taken for one.
const SERVICE: &str = "usher-probe";

/// A store that may be taken without asking, and how to find out whether it works.
pub(super) struct Candidate {
    pub(super) name: StoreName,
    pub(super) probe: Box<dyn FnOnce() -> Result<(), StoreError> + Send>,
}

/// In the order in which they are tried.
pub(super) fn candidates() -> Vec<Candidate> {
    vec![
        Candidate {
            name: StoreName::Keyring,
            probe: Box::new(|| match probe(&mut Keyring::new(SERVICE)) {
                // It is there, and will work as soon as the person opens it.
                Err(StoreError::Locked) => Ok(()),
                other => other,
            }),
        },
        #[cfg(target_os = "linux")]
        Candidate {
            name: StoreName::Kernel,
            probe: Box::new(|| probe(&mut crate::store::kernel::Kernel::new(SERVICE))),
        },
    ]
}

/// Writes something harmless, reads it back and removes it.
fn probe(items: &mut impl Items) -> Result<(), StoreError> {
    // Another agent may be trying at the same moment.
    let number = getrandom::u64().map_err(|_| StoreError::Unavailable("there are no random numbers"))?;
    let (name, bytes) = (format!("probe-{number:016x}"), b"usher looks whether this store works".as_slice());
    items.write(Item { name: &name, label: "usher: a test, safe to remove", bytes })?;
    let found = items.read(&name)?;
    items.remove(&name)?;
    match found {
        Some(found) if found.as_slice() == bytes => Ok(()),
        _ => Err(StoreError::Unavailable("what was written could not be read back")),
    }
}

/// Tries one after the other. Tells the first that works and why it is that one; or else what became
/// of each.
pub(super) fn first_working(
    candidates: Vec<Candidate>,
    deadline: Duration,
) -> Result<(StoreName, String), String> {
    let mut passed_over = Vec::new();
    for Candidate { name, probe } in candidates {
        match within(deadline, probe) {
            Ok(()) if passed_over.is_empty() => return Ok((name, "the first that works".to_owned())),
            Ok(()) => {
                return Ok((name, format!("the first that works ({})", passed_over.join("; "))));
            }
            Err(why) => passed_over.push(format!("{name}: {why}")),
        }
    }
    Err(passed_over.join("; "))
}

/// Runs a call that may hang on a thread of its own, and leaves it there if it does.
fn within(
    deadline: Duration,
    call: impl FnOnce() -> Result<(), StoreError> + Send + 'static,
) -> Result<(), StoreError> {
    let (done, result) = mpsc::channel();
    thread::Builder::new()
        .name("store probe".to_owned())
        .spawn(move || {
            let _ = done.send(call());
        })
        .map_err(|_| StoreError::Unavailable("the system does not give this process another thread"))?;
    result.recv_timeout(deadline).unwrap_or(Err(StoreError::Timeout))
}
