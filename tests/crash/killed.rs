//! The agent is killed at random moments in all that changes its store. `cargo run -p usher-tests --bin
//! kills` does the same a thousand times.

mod checks;

use std::env::current_exe;
use std::io::{self, Write};

use usher_tests::again;
use usher_tests::kills::campaign::Campaign;
use usher_tests::kills::ground::Ground;

use crate::PROGRAMS;

/// Times the agent is killed on each store.
const RUNS: u32 = 20;

fn nothing_is_lost(ground: Ground, test: &str) {
    if let Some(why) = ground.lacks() {
        let _ = writeln!(io::stderr(), "skipped {test}: {why}");
        return;
    }
    if !again::is_inner() {
        let program = current_exe().expect("this program has a path");
        return ground.surround(&program, |command| again::run(&format!("crash::killed::{test}"), command));
    }
    let mut failures = Vec::new();
    let campaign = Campaign { ground, seed: 1, first: 0, runs: RUNS, mishap: &|_| {} };
    let summary = campaign.run(PROGRAMS, |failure| failures.push(failure));
    assert_eq!(failures, [""; 0]);
    assert!(summary.in_flight() > 0, "every kill came too late: {summary}");
}

#[test]
fn nothing_is_lost_in_the_sealed_file() {
    nothing_is_lost(Ground::File, "nothing_is_lost_in_the_sealed_file");
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_lost_in_the_kernels_keyring() {
    nothing_is_lost(Ground::Kernel, "nothing_is_lost_in_the_kernels_keyring");
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_lost_in_a_real_keyring() {
    nothing_is_lost(Ground::Keyring, "nothing_is_lost_in_a_real_keyring");
}
