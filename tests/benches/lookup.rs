//! How fast usher is, beside the least that could do the same.
//!
//! ```sh
//! cargo bench --bench lookup                                        # as it is built here
//! cargo bench --bench lookup -- audit                               # what the audit log costs, alone
//! cargo bench --bench lookup -- load                                # many connections and hostile ones, alone
//! cargo bench --bench lookup -- long                                # what ten million lookups leave behind, alone
//! cargo bench --bench lookup --target x86_64-unknown-linux-musl     # the same, linked statically
//! ```
//!
//! It prints one table. Every figure stands beside its reference, measured in the same run and in
//! turns with it, so that what else the machine does hits both: read the ratio, which is the median
//! of the ratios of all rounds, and not the times. A target, where there is one, stands behind it.
//! Nothing fails when a target is missed, and there is no figure that a test depends on.
//!
//! Servers and programs are processes of their own, started here on sockets in temporary folders and
//! ended here; the keyring is one of its own too. The whole takes less than two minutes, and ten million
//! lookups as long again. It measures on Linux, where a process can be tied to one CPU: two that talk to
//! each other across CPUs measure above all how the kernel wakes them.

#[cfg(target_os = "linux")]
mod measure;

fn main() {
    #[cfg(target_os = "linux")]
    measure::main();
}
