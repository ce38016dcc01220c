//! `kills`: kills the agent at a thousand random moments, and sees that no credential is lost.
//!
//! `cargo run -p usher-tests --bin kills -- --store file`; see `support/kills.rs`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use usher_tests::again;
use usher_tests::home::Programs;
use usher_tests::kills::campaign::Campaign;
use usher_tests::kills::ground::Ground;

#[derive(Parser)]
#[command(about = "Kills the agent at random moments, and sees that no credential is lost")]
struct CommandLine {
    /// The store that the agent uses
    #[arg(long)]
    store: Ground,
    /// How many times it is killed
    #[arg(long, default_value_t = 1000)]
    runs: u32,
    /// The chance by which moments are taken; the same seed gives the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Begins with the home of this number
    #[arg(long, default_value_t = 0)]
    home: u32,
}

fn main() -> ExitCode {
    let CommandLine { store, runs, seed, home } = CommandLine::parse();
    let program = std::env::current_exe().expect("this program has a path");
    if !again::is_inner() {
        if let Some(why) = store.lacks() {
            eprintln!("kills: {why}");
            return ExitCode::FAILURE;
        }
        if !build() {
            return ExitCode::FAILURE;
        }
        let words = std::env::args_os().skip(1);
        let ended = store.surround(&program, |command| again::mark(command).args(words).status());
        return if ended.is_ok_and(|ended| ended.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let built = program.parent().expect("a program is in a folder");
    let (client, agent) = (path_in(built, "usher-under-test"), path_in(built, "usher-agent-under-test"));
    let programs = Programs { client: &client, agent: &agent };
    let campaign = Campaign { ground: store, seed, first: home, runs, mishap: &|_| {} };
    let mut failed = false;
    let summary = campaign.run(programs, |failure| {
        failed = true;
        eprintln!("{failure}");
    });
    println!("{summary}; seed {seed}");
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn path_in(folder: &Path, name: &str) -> String {
    let path: PathBuf = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    path.display().to_string()
}

/// Builds the programs under test beside this one.
fn build() -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--locked", "-p", "usher-tests"]);
    command.args(["--bin", "usher-under-test", "--bin", "usher-agent-under-test"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    command.status().is_ok_and(|built| built.success())
}
