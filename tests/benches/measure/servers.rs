//! The servers that are asked, each a process of its own that ends with its handle.

mod agent;
mod echo;
mod footprint;
mod running;
mod ssh_agent;

pub(super) use self::agent::{Agent, PROGRAMS, url};
pub(super) use self::echo::Echo;
pub(super) use self::running::connect_when_it_listens;
pub(super) use self::ssh_agent::SshAgent;
