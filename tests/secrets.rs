//! Where secrets must not be: logs at their loudest, error texts, command lines, environments, files in
//! clear.

mod account;
mod import;
mod logins;
mod look;
pub(crate) mod search;
