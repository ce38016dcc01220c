//! What the tests share: an agent in this process or in one of its own, a clean home, tokens, and the
//! two forms of the wire.

pub mod agent;
pub mod clock;
pub mod faulty;
pub mod home;
pub mod token;
pub mod wire;
