//! What the wire looks like, and that it stays so.
//!
//! - [`recorded`]: messages of every variant, byte by byte, as they were when the version began
//! - [`document`]: `PROTOCOL.md` says what the code does
//! - [`properties`]: messages that nobody thought of
//! - [`samples`], [`messages`], [`dump`]: what these share
//!
//! What holds for any bytes is in the tests of the whole: `tests/fuzzed.rs`.

mod document;
mod dump;
mod messages;
mod properties;
mod recorded;
mod samples;
