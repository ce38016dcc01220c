//! The `usher` command; everything is in the library.

#[cfg(not(target_env = "musl"))]
use std::alloc::System as Allocator;
use std::io;
use std::process::ExitCode;

#[cfg(target_env = "musl")]
use dlmalloc::GlobalDlmalloc as Allocator;
use usher::{Streams, run};
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory as it is freed, whoever copied a secret there. Where musl is linked in, another allocator
/// takes the place of its own, which costs a short run a quarter of its time.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Allocator> = ZeroAlloc(Allocator);

fn main() -> ExitCode {
    let (mut input, mut output, mut errors) = (io::stdin().lock(), io::stdout().lock(), io::stderr().lock());
    let mut streams = Streams::standard(&mut input, &mut output, &mut errors);
    ExitCode::from(run(std::env::args_os(), &mut streams))
}
