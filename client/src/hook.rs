//! A command that a person wants to be run for each change.

use std::io::{self, Write};
use std::process::{Command, ExitStatus, Stdio};

use usher_proto::change::Change;
use usher_proto::json;

use crate::error::{Error, Own};
use crate::print::clean;

/// Names the change, its credential and that one's label in the command's environment.
const EVENT: &str = "USHER_EVENT";
const ID: &str = "USHER_ID";
const LABEL: &str = "USHER_LABEL";

/// Runs the command and waits until it ends. The change is a line of JSON on its standard input; what it
/// prints goes to standard error, for the output is ours.
///
/// # Errors
/// It could not be started, or ended with another code than 0.
pub(crate) fn run(command: &str, change: &Change) -> Result<(), Error> {
    let failed = |how: io::Error| {
        let message = format!("the command for {}: {how}", change.what.as_str());
        Error::new(Own::Command, message, "the watch goes on; see what stands after --exec")
    };
    let mut shell = shell(command);
    shell.env(EVENT, change.what.as_str()).env_remove(ID).env_remove(LABEL);
    if let Some(credential) = &change.credential {
        shell.env(ID, credential.id.as_str()).env(LABEL, clean(&credential.label));
    }
    let started = shell.stdin(Stdio::piped()).stdout(io::stderr()).spawn();
    let mut started = started.map_err(failed)?;
    let line = json::encode(change).map_err(|_| Error::unexpected())?;
    if let Some(mut input) = started.stdin.take() {
        let _ = input.write_all(&line); // a command need not read it
    }
    ended_well(started.wait()).map_err(failed)
}

/// Makes another end than with code 0 an error, which says what it was.
pub(crate) fn ended_well(ended: io::Result<ExitStatus>) -> io::Result<()> {
    let status = ended?;
    if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) }
}

/// Prepares a command of a person's, as their shell reads it.
#[cfg(not(windows))]
pub(crate) fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

/// Windows has no words on a command line but one text, of which `cmd` takes what stands between the first
/// quotes and the last.
#[cfg(windows)]
pub(crate) fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt;

    let mut shell = Command::new("cmd");
    shell.args(["/D", "/S", "/C"]).raw_arg(format!("\"{command}\""));
    shell
}
