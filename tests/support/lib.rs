//! What the tests share: an agent in this process or in one of its own, a clean home, tokens, the two
//! forms of the wire, a simulated Cloudflare edge, the promises that every store keeps, and what
//! holds for any bytes, and after any kill.

pub mod again;
pub mod agent;
pub mod clock;
pub mod contract;
pub mod desk;
pub mod edge;
pub mod faulty;
pub mod fuzz;
pub mod home;
#[cfg(target_os = "linux")]
pub mod keyring_daemon;
pub mod kills;
#[cfg(target_os = "linux")]
pub mod logind;
pub mod process;
#[cfg(target_os = "linux")]
pub mod session_bus;
pub mod store;
pub mod token;
pub mod under_way;
pub mod wire;
pub mod world;
