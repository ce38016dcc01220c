//! What the wire looks like, and that it stays so.
//!
//! - [`recorded`]: messages of every variant, byte by byte, as they were when the version began
//! - [`document`]: `PROTOCOL.md` says what the code does
//! - [`properties`]: messages and bytes that nobody thought of
//! - [`samples`], [`messages`], [`dump`], [`allocation`]: what these share

mod allocation;
mod document;
mod dump;
mod messages;
mod properties;
mod recorded;
mod samples;
