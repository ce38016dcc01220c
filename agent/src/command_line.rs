//! What `usher-agent` is told when it is started.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Parser;

/// Holds Cloudflare credentials in the OS keyring and serves them over a local socket.
///
/// Without options it runs in the foreground. The client starts it by itself when it is needed.
#[derive(Debug, Clone, Parser)]
#[command(name = "usher-agent", version, after_help = EXIT_CODES)]
pub struct CommandLine {
    /// Where secrets are kept: auto, keyring, kernel, file or memory
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,

    /// Read this config file instead of the standard one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Listen at this socket or pipe instead of $USHER_SOCK or the standard place
    #[arg(short = 'a', long, value_name = "PATH")]
    pub socket: Option<PathBuf>,

    /// Run in the background; return when it listens
    #[arg(long)]
    pub background: bool,

    /// The same, and print shell lines that name the socket (sh)
    #[arg(short = 's', conflicts_with_all = ["csh", "command"])]
    pub sh: bool,

    /// The same for csh
    #[arg(short = 'c', conflicts_with = "command")]
    pub csh: bool,

    /// Leave the terminal and say on standard output when it listens; used by --background
    #[arg(long, hide = true)]
    pub detached: bool,

    /// Run a command with USHER_SOCK set, on a socket of its own, and end with it
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

const EXIT_CODES: &str = "Exit codes: 0 ended in order; 2 wrong options or config; 7 the store cannot be used; \
8 another agent runs; 1 anything else; with COMMAND, its own";
