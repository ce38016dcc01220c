//! The whole way over a real socket.
//!
//! - [`wire`]: what arrives in pieces, too large, too late, or not at all
//! - [`lookup`]: which token answers which URL
//! - [`import`]: what comes in, what is left out, and what a second import changes
//! - [`lock`]: what a locked agent tells
//! - [`faults`]: stores that fail, hang or forget
//! - [`examples`]: the clients in other languages that `PROTOCOL.md` shows

mod examples;
mod faults;
mod import;
mod lock;
mod lookup;
mod wire;

/// The programs under test.
const PROGRAMS: usher_tests::home::Programs = usher_tests::home::Programs {
    client: env!("CARGO_BIN_EXE_usher-under-test"),
    agent: env!("CARGO_BIN_EXE_usher-agent-under-test"),
};
