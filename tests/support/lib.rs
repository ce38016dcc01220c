//! What the tests share.

pub mod again;
pub mod contract;
#[cfg(target_os = "linux")]
pub mod keyring_daemon;
