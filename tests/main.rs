//! The whole way over a real socket.
//!
//! - [`wire`]: what arrives in pieces, too large, too late, or not at all
//! - [`edge_is_true`]: the simulated edge keeps to what is known of the real one
//! - [`api`]: calls to the API, and what is done when their answers are lost
//! - [`lookup`]: which token answers which URL
//! - [`import`]: what comes in, what is left out, and what a second import changes
//! - [`lock`]: what a locked agent tells; [`closing`]: when it locks itself
//! - [`faults`]: stores that fail, hang or forget; disks, clocks, signals and buses that do as they like
//! - [`stores`]: every store keeps the same promises, and some of its own
//! - [`crash`], [`load`], [`secrets`]: what a crash, a crowd and a curious reader get
//! - [`memory`]: what another process sees of the agent's memory; [`sandbox`]: what the agent sees of others
//! - [`fuzzed`]: bytes that nobody thought of, wherever bytes of others come in
//! - [`keyring`]: the real programs on a real keyring
//! - [`house`]: the rules that the compiler does not know
//! - [`examples`]: clients in other languages
//! - [`programs`]: the real programs in a clean home
//! - [`logins`]: the same before a simulated edge: logins, refreshing, verifying, service tokens
//! - [`tunnels`]: account certificates and tunnels, held, logged in for and fetched
//! - [`revoke`]: credentials that are ended here and at Cloudflare, at once or later
//! - [`rotate`]: another secret for a tunnel, a service token or a certificate
//! - [`watch`]: who is told what happens to credentials; [`audit`]: what is noted of who asked for what
//! - [`lend`]: programs that run with secrets lent to them, cloudflared among them
//! - [`unix`]: shell lines, signals, socket activation, modes, other users; [`systemd`]: the units
//!   of the README

mod access;
mod api;
mod audit;
mod closing;
mod crash;
mod edge_is_true;
mod examples;
mod faults;
mod fuzzed;
mod house;
mod import;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(unix)]
mod lend;
#[cfg(unix)]
mod load;
mod lock;
mod logins;
mod lookup;
#[cfg(target_os = "linux")]
mod memory;
mod programs;
mod revoke;
mod rotate;
#[cfg(target_os = "linux")]
mod sandbox;
mod secrets;
mod stores;
#[cfg(target_os = "linux")]
mod systemd;
mod tunnels;
#[cfg(unix)]
mod unix;
mod watch;
mod wire;

/// The programs under test.
const PROGRAMS: usher_tests::home::Programs = usher_tests::home::Programs {
    client: env!("CARGO_BIN_EXE_usher-under-test"),
    agent: env!("CARGO_BIN_EXE_usher-agent-under-test"),
};

/// The stand-in for a person's browser.
const BROWSER: &str = env!("CARGO_BIN_EXE_edge");
