//! Ties processes to CPUs.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Two CPUs that this process may use; the same one twice if there is only one.
pub(super) fn two() -> (usize, usize) {
    let allowed = sched_getaffinity(None).expect("this thread's CPUs");
    let mut allowed = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
    let first = allowed.next().expect("it runs on one of them");
    (first, allowed.next().unwrap_or(first))
}

/// Does something with this thread tied to one CPU, and with it every process that is started then.
pub(super) fn on<T>(cpu: usize, work: impl FnOnce() -> T) -> T {
    let before = sched_getaffinity(None).expect("this thread's CPUs");
    let mut one = CpuSet::new();
    one.set(cpu);
    sched_setaffinity(None, &one).expect("a CPU of ours");
    let done = work();
    sched_setaffinity(None, &before).expect("the CPUs it had before");
    done
}
