//! The client: asks usher's agent, and starts it when none answers.
//!
//! [`run`] reads the command line; `command/<verb>.rs` puts one question together and prints the
//! answer; [`agent`] sends and reads; [`connect`] reaches the agent and checks whose it is;
//! [`start`] starts one. `login` shows a person the page and waits, `browser` opens it. [`error`] alone
//! knows the exit codes.

pub mod agent;
pub mod connect;
pub mod error;
pub mod start;

mod audit;
mod browser;
mod command;
mod context;
mod folder;
mod hook;
mod input;
mod interrupt;
mod login;
mod print;
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
    command::run(arguments.into_iter().collect(), streams) as u8
}
