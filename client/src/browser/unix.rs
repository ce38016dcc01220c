//! Unix: openers of the desktop, and those of Windows where it is around.

use std::os::unix::process::CommandExt;
use std::process::Command;

pub(super) const SEPARATOR: char = ':';

#[cfg(target_os = "macos")]
pub(super) fn openers(_has_display: bool, _in_windows: bool) -> Vec<&'static str> {
    vec!["open"]
}

/// Without a screen nothing is tried: the openers would fall back to browsers in a terminal, and
/// theirs is taken away.
#[cfg(not(target_os = "macos"))]
pub(super) fn openers(has_display: bool, in_windows: bool) -> Vec<&'static str> {
    let mut openers = Vec::new();
    if in_windows {
        // The second is the one of Windows itself; PowerShell and `cmd` would read quotes and `&`.
        openers.extend(["wslview", "rundll32.exe url.dll,FileProtocolHandler"]);
    }
    if has_display {
        openers.extend(["xdg-open", "gio open", "x-www-browser", "sensible-browser"]);
    }
    openers
}

/// A group of its own, which Ctrl-C and the end of the terminal do not reach.
pub(super) fn detach(command: &mut Command) {
    command.process_group(0);
}

pub(super) fn in_windows() -> bool {
    std::fs::read_to_string("/proc/sys/kernel/osrelease")
        .is_ok_and(|release| release.to_ascii_lowercase().contains("microsoft"))
}
