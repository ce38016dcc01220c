//! A program that runs in our place, or beside us while we wait: its exit code becomes ours, and the
//! signals that reach us reach it.

use std::ffi::OsStr;
use std::io;
use std::process::Command;

use crate::error::{Error, Exit, Own};

#[cfg(unix)]
#[path = "child/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "child/windows.rs"]
mod platform;

pub(crate) use platform::Signals;

/// Becomes the program, where the system can do that: exit code, signals and terminal are its own then.
/// Elsewhere it is waited for.
pub(crate) fn become_it(mut command: Command) -> Result<Exit, Error> {
    platform::become_it(&mut command).map_err(|error| not_started(command.get_program(), &error))
}

impl Signals {
    /// Prepares to outlive signals, for what has to be done after a program has ended. From now on they
    /// wait for [`Signals::run`].
    pub(crate) fn catch() -> Result<Self, Error> {
        Self::caught().map_err(|error| {
            Error::new(Own::Files, format!("signals cannot be caught: {error}"), "try again")
        })
    }

    /// Runs a program until it ends, passing signals on to it.
    pub(crate) fn run(&self, mut command: Command) -> Result<Exit, Error> {
        self.wait_for(&mut command).map_err(|error| not_started(command.get_program(), &error))
    }
}

/// Says it as shells do: 127 for a program that is not there, 126 for one that cannot be run.
fn not_started(program: &OsStr, error: &io::Error) -> Error {
    let program = program.display();
    if error.kind() == io::ErrorKind::NotFound {
        return Error::new(
            Own::NoProgram,
            format!("there is no program {program}"),
            "look at its name and at PATH",
        );
    }
    Error::new(
        Own::NotRunnable,
        format!("{program} cannot be run: {error}"),
        "look at the file and its permissions",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_started_has_the_exit_codes_of_a_shell() {
        for (kind, code) in [
            (io::ErrorKind::NotFound, 127),
            (io::ErrorKind::PermissionDenied, 126),
            (io::ErrorKind::ArgumentListTooLong, 126),
        ] {
            assert_eq!(not_started(OsStr::new("x"), &kind.into()).exit().code(), code, "{kind}");
        }
    }
}
