//! The same with the real cloudflared, which the variable `CLOUDFLARED` names.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use super::cloudflared::{Managed, a_tunnel_from_beginning_to_end};

/// Finds the program, or says that there is none: past the test runner, which shows nothing of a test that
/// passes.
fn program(test: &str) -> Option<OsString> {
    let program = std::env::var_os("CLOUDFLARED").filter(|path| !path.is_empty());
    if program.is_none() {
        let _ = writeln!(io::stderr(), "skipped {test}: CLOUDFLARED does not name a cloudflared");
    }
    program
}

#[test]
fn the_real_cloudflared_takes_what_it_is_lent() {
    let Some(program) = program("the_real_cloudflared_takes_what_it_is_lent") else { return };
    let program = Path::new(&program).canonicalize().expect("CLOUDFLARED names a program");
    a_tunnel_from_beginning_to_end(&Managed::new(Some(&program)));
}
