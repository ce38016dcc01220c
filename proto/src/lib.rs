//! What usher's agent and its clients say to each other.
//!
//! Nothing here reads or writes a socket, so that the same code serves the blocking client, the
//! asynchronous agent and a fuzzer. `PROTOCOL.md` beside this crate tells the wire in words.
//!
//! - [`secret`], [`wiped`]: the one type that holds a secret, the one door through which it travels, and
//!   the buffers that it travels in
//! - [`name`], [`app`], [`credential`]: checked values; to hold one is to know that it was checked
//! - [`request`], [`answer`]: the messages; [`tunnel`], [`revocation`], [`change`]: what some of them are
//!   about
//! - [`frame`], [`codec`], [`json`]: how a message becomes bytes, and back
//! - [`date`], [`length`]: moments and lengths of time as people write them
//! - [`endpoint`]: where the two meet; [`audit_log`]: the files that both know

#![cfg_attr(not(windows), forbid(unsafe_code))]

pub mod answer;
pub mod app;
pub mod audit_log;
pub mod change;
pub mod codec;
pub mod credential;
pub mod date;
pub mod endpoint;
pub mod frame;
pub mod json;
pub mod length;
pub mod name;
pub mod request;
pub mod revocation;
pub mod secret;
pub mod tunnel;
pub mod wiped;

pub use answer::{Answer, Code, Refusal};
pub use app::{AppPattern, AppUrl};
pub use credential::{Credential, Kind};
pub use name::{Audience, CredentialId, Email, HeaderName, ProfileName, TeamDomain, Timestamp, TunnelName};
pub use request::Request;
pub use secret::Secret;
pub use wiped::Wiped;
