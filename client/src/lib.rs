//! The client: asks usher's agent, and starts it when none answers.
//!
//! [`run`] reads the command line; `command/<verb>.rs` puts one question together and prints the
//! answer; [`agent`] sends and reads; [`connect`] reaches the agent and checks whose it is;
//! [`start`] starts one. `login` shows a person the page and waits, `browser` opens it. `lend` lends
//! secrets to a program that `child` runs. [`error`] alone knows the exit codes.

pub mod agent;
pub mod connect;
pub mod error;
pub mod start;

mod audit;
mod browser;
mod child;
mod cloudflared;
mod command;
mod context;
mod descriptor;
mod environment;
mod folder;
mod hook;
mod input;
mod interrupt;
mod lend;
mod login;
mod print;
mod private;
mod shred;
mod streams;
#[cfg(test)]
mod testing;
mod time;

use std::ffi::OsString;

pub use error::Exit;
pub use streams::Streams;

/// Runs one command line, program name first, and tells the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    command::run(arguments.into_iter().collect(), streams).code()
}
