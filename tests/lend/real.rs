//! The same with the real cloudflared, which the variable `CLOUDFLARED` names.

use std::ffi::OsString;
use std::path::Path;

use super::cloudflared::{Managed, a_tunnel_from_beginning_to_end};

/// Finds the program, or says that there is none.
fn program(test: &str) -> Option<OsString> {
    let program = std::env::var_os("CLOUDFLARED").filter(|path| !path.is_empty());
    if program.is_none() {
        #[expect(
            clippy::print_stderr,
            reason = "whoever reads the output of a test must know that it did nothing"
        )]
        {
            eprintln!("skipped {test}: set CLOUDFLARED to the path of cloudflared");
        }
    }
    program
}

#[test]
fn the_real_cloudflared_takes_what_it_is_lent() {
    let Some(program) = program("the_real_cloudflared_takes_what_it_is_lent") else { return };
    a_tunnel_from_beginning_to_end(&Managed::new(Some(Path::new(&program))));
}
