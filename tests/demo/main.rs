//! `cargo demo`: usher's main jobs, shown from end to end with the real programs in homes of their own.
//!
//! Needs no keyring, no account and no network: Cloudflare is a simulated edge on this machine, and the
//! sample folder of the last part is one that the real cloudflared wrote against such an edge.
//! `cargo demo access`, `tunnel` and `import` show one part alone.

#![allow(clippy::print_stdout, reason = "it is a show")]

mod access;
mod import;
mod short;
mod stage;
mod tunnel;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use self::stage::Stage;

/// A part of the show: its name, and what tells it. Ends early with what was not as it should be.
type Part = (&'static str, fn(&Path) -> Result<(), String>);

const PARTS: [Part; 3] = [("access", access::tell), ("tunnel", tunnel::tell), ("import", import::tell)];

fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let known = |name: &String| PARTS.iter().any(|(part, _)| part == name);
    if let Some(unknown) = chosen.iter().find(|name| !known(name)) {
        println!("There is no part {unknown}; the parts are access, tunnel and import.");
        return ExitCode::from(2);
    }
    let Some(built) = build() else {
        println!("The programs could not be built; what cargo said stands above.");
        return ExitCode::FAILURE;
    };
    for (name, tell) in PARTS {
        if !chosen.is_empty() && !chosen.iter().any(|part| part == name) {
            continue;
        }
        if let Err(what) = tell(&built) {
            println!("\nThis is not as it should be: {what}");
            return ExitCode::FAILURE;
        }
    }
    println!(
        "\nThat was all real: the agents, their sockets, the tokens and their signatures. Only Cloudflare"
    );
    println!(
        "was played, by `edge serve`. On your own machine it is `usher login` or `usher import`, and the"
    );
    println!("store is the keyring of your system.");
    ExitCode::SUCCESS
}

/// Builds the programs; tells the folder that they are in.
fn build() -> Option<PathBuf> {
    println!("Building usher, usher-agent and the simulated edge …");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "-p", "usher", "-p", "usher-agent", "-p", "usher-tests"])
        .args(["--bin", "usher", "--bin", "usher-agent", "--bin", "edge"])
        .status()
        .ok()?;
    let own = std::env::current_exe().ok()?;
    built.success().then(|| own.parent().map(Path::to_owned)).flatten()
}
