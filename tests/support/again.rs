//! A test that runs once more, in a process of its own: where it needs another environment, another
//! user or other limits than its neighbours.

use std::process::Command;

/// Set in the process that runs the test's inner part.
const INNER: &str = "USHER_TEST_INNER";

/// Tells whether this is the inner run.
pub fn is_inner() -> bool {
    std::env::var_os(INNER).is_some()
}

/// Makes a command start an inner run.
pub fn mark(command: &mut Command) -> &mut Command {
    command.env(INNER, "1")
}

/// Runs one test of the program that `command` starts, as the inner run, and passes its failure on.
pub fn run(test: &str, command: &mut Command) {
    let started = mark(command)
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (output, errors) =
        (String::from_utf8_lossy(&started.stdout), String::from_utf8_lossy(&started.stderr));
    // A name that is wrong would run nothing, and that is no success.
    let passed = started.status.success() && output.contains("1 passed");
    assert!(passed, "the inner run of {test}: {}\n{output}\n{errors}", started.status);
}
