//! The agent: holds Cloudflare credentials and serves them over a local socket.
//!
//! The way of a request is the order of these modules: [`server`] accepts a connection, whose
//! [`connection`] turns bytes into requests, which the [`handler`] answers with the help of the
//! [`broker`]; that holds what lives in its cache, keeps it in the [`store`], and reads what
//! Cloudflare issues with [`cloudflare`]. What was asked and done stands in the [`audit`] log. [`start`] puts
//! the parts together.

pub mod command_line;
pub mod start;

pub mod server;

pub mod connection;

pub mod handler;

pub mod broker;

pub mod cloudflare;
pub mod seal;
pub mod store;

pub mod audit;

pub mod clock;
pub mod config;
pub mod moment;
pub mod peer;
pub mod platform;
pub mod stop;
