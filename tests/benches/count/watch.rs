//! The programs that count, and what they say at the end.

use std::process::Command;

use usher_tests::home::Home;

/// Counts instructions. What it would write to a file is not looked at.
pub(super) const CALLGRIND: &[&str] = &["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
/// Counts calls of the kernel, and prints a table of them at the end.
pub(super) const STRACE: &[&str] = &["strace", "-c"];

/// Names one of them that is not installed, if so.
pub(super) fn missing() -> Option<&'static str> {
    let is_there = |name: &str| Command::new(name).arg("--version").output().is_ok();
    [CALLGRIND[0], STRACE[0]].into_iter().find(|name| !is_there(name))
}

/// Prepares an agent under such a program.
pub(super) fn agent_under(home: &Home, watching: &[&str]) -> Command {
    let mut command = home.command(watching[0]);
    command.args(&watching[1..]).arg(home.program("usher-agent"));
    command
}

/// Reads how many instructions were counted. The agent's second process counts its own and ends later, or
/// has fewer.
pub(super) fn instructions(said: &str) -> u64 {
    let all = said.lines().filter_map(|line| line.split_once("Collected : "));
    let all = all.filter_map(|(_, number)| number.trim().parse().ok());
    all.max().unwrap_or_else(|| panic!("valgrind counted nothing: {said}"))
}

/// Reads how many calls were counted: the fourth column of the last line, or the third where no call failed.
pub(super) fn calls(said: &str) -> u64 {
    let total = said.lines().rfind(|line| line.trim_end().ends_with("total"));
    let calls = total.and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
    calls.unwrap_or_else(|| panic!("strace counted nothing: {said}"))
}
