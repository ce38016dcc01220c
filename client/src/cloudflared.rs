//! The real cloudflared: where it is, and what it gets of our environment.

use std::process::Command;

use crate::environment::strip;
use crate::error::{Error, Own, Reason};

/// Names cloudflared's program, for one that is not in PATH.
const PROGRAM: &str = "USHER_CLOUDFLARED";
/// The exit code with which it asks to be started again, after it has updated itself for example.
pub(crate) const AGAIN: u8 = 11;
/// The variable in which it takes the path of an account certificate, wherever its flags may stand.
pub(crate) const ORIGIN_CERT: &str = "TUNNEL_ORIGIN_CERT";
/// The variable in which it takes the path of tunnel credentials.
pub(crate) const CREDENTIALS_FILE: &str = "TUNNEL_CRED_FILE";
/// The variable in which it takes the path of a tunnel's token.
pub(crate) const TOKEN_FILE: &str = "TUNNEL_TOKEN_FILE";

/// Prepares to run it, with none of the secrets that lie about in the environment.
pub(crate) fn command() -> Command {
    let named = std::env::var_os(PROGRAM).filter(|name| !name.is_empty());
    let mut command = Command::new(named.unwrap_or_else(|| "cloudflared".into()));
    strip(&mut command, &[]);
    command
}

/// Says where it may be found if it is not there.
pub(crate) fn missing(error: Error) -> Error {
    if error.reason != Reason::Own(Own::NoProgram) {
        return error;
    }
    Error { hint: format!("install cloudflared in PATH, or name it in {PROGRAM}"), ..error }
}
