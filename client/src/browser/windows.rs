//! Windows: what a double click does.

use std::os::windows::process::CommandExt;
use std::process::Command;

use crate::start::keep_streams;

/// As in `PATH`: a colon stands after the letter of a drive.
pub(super) const SEPARATOR: char = ';';
/// A group of its own, which Ctrl-C does not reach.
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

/// What a double click does, asked for without `cmd`, which takes the `&` of an address for the
/// end of a command, and without `explorer`, which fails also where it succeeds.
pub(super) fn openers(_has_display: bool, _in_windows: bool) -> Vec<&'static str> {
    vec!["rundll32.exe url.dll,FileProtocolHandler"]
}

pub(super) fn detach(command: &mut Command) {
    keep_streams();
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

pub(super) fn in_windows() -> bool {
    true
}
