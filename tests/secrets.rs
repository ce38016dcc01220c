//! Where secrets must not be: logs at their loudest, error texts, command lines, environments, files in
//! clear.

mod account;
mod import;
mod logins;
pub(crate) mod search;
