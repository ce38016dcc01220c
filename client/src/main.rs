//! The `usher` command; everything is in the library.

use std::io;
use std::process::ExitCode;

use usher::{Streams, run};

fn main() -> ExitCode {
    let (mut input, mut output, mut errors) = (io::stdin().lock(), io::stdout().lock(), io::stderr().lock());
    let mut streams = Streams::standard(&mut input, &mut output, &mut errors);
    ExitCode::from(run(std::env::args_os(), &mut streams))
}
