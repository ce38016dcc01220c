//! `edge`: the simulated Cloudflare edge as a program, to try usher by hand without an account, and a
//! stand-in for the browser that a login opens.
//!
//! `edge serve` makes a home for usher that reaches it, and says what to type then.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use usher_agent::clock::SystemClock;
use usher_tests::edge::hosts::ACME;
use usher_tests::edge::{Edge, https_from};

/// Names the folder of the edge that `edge open` speaks to.
const FOLDER: &str = "USHER_EDGE";
/// The home for usher, inside the edge's folder.
const HOME: &str = "usher";

#[derive(Parser)]
#[command(about = "A simulated Cloudflare edge")]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Runs the edge until it is stopped
    Serve {
        /// Where it leaves its certificate, its address and a home for usher; a temporary folder if not given
        folder: Option<PathBuf>,
        /// How long app tokens live, such as 20s, 15m, 24h
        #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "24h")]
        token_life: i64,
        /// How long org tokens live
        #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "24h")]
        org_token_life: i64,
    },
    /// Opens a login's page and approves, as a person would; for BROWSER="edge open"
    Open {
        /// The page
        url: String,
    },
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().verb {
        Verb::Serve { folder, token_life, org_token_life } => serve(folder, token_life, org_token_life),
        Verb::Open { url } => open(&url),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("edge: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(folder: Option<PathBuf>, token_life: i64, org_token_life: i64) -> io::Result<()> {
    let temporary;
    let folder = match folder {
        Some(folder) => {
            std::fs::create_dir_all(&folder)?;
            std::path::absolute(folder)?
        }
        None => {
            temporary = tempfile::tempdir()?;
            temporary.path().to_owned()
        }
    };
    let edge = Edge::in_folder(Arc::new(SystemClock), &folder)?;
    edge.set_token_life(token_life);
    edge.set_org_token_life(org_token_life);
    explain(&edge, &folder)?;
    // Until it is interrupted; whoever kills it otherwise sweeps up the folder.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(tokio::signal::ctrl_c())
}

/// Makes the home and says how to move in: what is usher's own on this machine stays as it is.
fn explain(edge: &Edge, folder: &Path) -> io::Result<()> {
    let (home, program) = (folder.join(HOME), std::env::current_exe()?);
    std::fs::create_dir_all(&home)?;
    std::fs::write(home.join("config.toml"), format!("store = \"memory\"\n{}", edge.config()))?;
    println!(
        "The simulated edge is at {}. In another terminal, let usher take it for Cloudflare,",
        edge.address()
    );
    println!("with an agent of its own that keeps all in memory, and a stand-in for the browser:\n");
    println!("export USHER_HOME='{}'", home.display());
    println!("export {FOLDER}='{}'", folder.display());
    println!("export BROWSER='{} open'", program.display());
    println!("unset USHER_SOCK\n");
    println!("Then type: usher login https://app.example.test, and at the end: usher agent stop");
    println!("Other applications: one.example.test to five.example.test, *.wild.example.test,");
    println!("app.example.test/admin, service.example.test (service tokens alone), app.rival.test and");
    println!("app.agency.test (other teams). A service token for one of them, to import:\n");
    let pair = edge.add_service_token(ACME);
    println!(
        "printf '{}\\n{}\\n' | usher import --stdin --kind service-token --app service.example.test\n",
        pair.id, pair.secret
    );
    edge.add_tunnel("web");
    println!("An account with a tunnel, web, is there too: usher tunnel login, and usher tunnel list.\n");
    println!("Ctrl-C ends the edge.");
    Ok(())
}

fn open(url: &str) -> io::Result<()> {
    let folder = std::env::var_os(FOLDER)
        .ok_or_else(|| io::Error::other(format!("{FOLDER} does not name the folder of an edge")))?;
    let answer = https_from(Path::new(&folder))?.ask("POST", url, &[])?;
    match answer.status {
        200 => Ok(()),
        // The page's own words say what is wrong with the URL, and do not repeat it.
        status => {
            let words = String::from_utf8_lossy(&answer.body);
            Err(io::Error::other(format!("the login was answered with {status}: {}", words.trim())))
        }
    }
}

/// Reads a time: a number, and s, m, h or d.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || "not a number with s, m, h or d".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    Ok(i64::from(number) * factor)
}
