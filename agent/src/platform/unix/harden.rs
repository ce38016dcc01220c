//! Keeps other processes of the same user, and core files, away from the agent's memory.

use std::sync::OnceLock;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use usher_proto::{Code, Refusal};

/// The limit of core files with which this process was started.
static STARTED_WITH: OnceLock<Option<u64>> = OnceLock::new();

/// Keeps the memory of this process to itself: no core file, and on Linux no debugger, no `/proc/PID/mem`
/// and no `process_vm_readv` of another process of the same user. Comes first in every way of starting,
/// before there is anything to read.
///
/// # Errors
/// The system does not allow it.
pub fn harden() -> Result<(), Refusal> {
    let kept = Refusal::new(
        Code::Unavailable,
        "the system does not let the agent keep its memory to itself",
        "look for what limits this process: a sandbox may forbid prctl and setrlimit",
    );
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(|_| kept.clone())?;
    STARTED_WITH.get_or_init(|| getrlimit(Resource::Core).current);
    limit_core(Some(0)).map_err(|()| kept)
}

/// Starts a program as the agent itself was started: what the agent forbids itself, the program need
/// not do without.
pub fn with_own_core_limit<T>(start: impl FnOnce() -> T) -> T {
    let Some(before) = STARTED_WITH.get() else { return start() };
    let _ = limit_core(*before);
    let started = start();
    let _ = limit_core(Some(0));
    started
}

/// Sets the limit that counts; the one up to which it could be raised again stays.
fn limit_core(current: Option<u64>) -> Result<(), ()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Core);
    setrlimit(Resource::Core, Rlimit { current, maximum }).map_err(drop)
}
