//! Kills the agent (SIGKILL) again and again in the middle of what it does, and sees each time that every
//! credential is the old or the new one and that no file holds a secret.
//!
//! - [`campaign`]: so many runs on a store, in one home after the other
//! - `life`: a home, its edge, and an agent that is started and killed in it
//! - `operation`: what the agent is asked for when the kill comes
//! - `moment`: when it comes
//! - [`ledger`]: what may be held afterwards
//! - [`files`]: what may lie in files afterwards
//! - [`ground`]: the store, in surroundings where it is nobody else's

pub mod campaign;
pub mod chance;
pub mod files;
pub mod ground;
pub mod ledger;
mod life;
mod moment;
mod operation;
mod summary;
