//! The agent.

pub mod seal;
pub mod store;
