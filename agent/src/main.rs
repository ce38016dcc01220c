//! `usher-agent`: everything is in the library, so that tests can start an agent in their own process.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes memory as it is freed: whatever the crates for HTTP, TLS, JSON and D-Bus copied of a secret.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> std::process::ExitCode {
    usher_agent::start::main()
}
