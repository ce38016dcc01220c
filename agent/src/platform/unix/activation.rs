//! Sockets that a service manager listens at (`sd_listen_fds(3)`). Only Linux has such a manager.

use std::os::fd::{OwnedFd, RawFd};

use crate::platform::BindError;

/// Finds the descriptor that was handed over, if one was.
///
/// # Errors
/// There is more than one, or what tells of them makes no sense.
#[cfg(target_os = "linux")]
pub(super) fn descriptor() -> Result<Option<RawFd>, BindError> {
    let doing = "reading LISTEN_FDS";
    let mut given = sd_notify::listen_fds().map_err(|error| BindError::Failed(doing, error.kind()))?;
    match (given.next(), given.next()) {
        (Some(_), Some(_)) => Err(BindError::Failed(doing, std::io::ErrorKind::InvalidInput)),
        (first, _) => Ok(first),
    }
}

/// Tells whether somebody listens at the descriptor, so that it can be accepted from.
#[cfg(target_os = "linux")]
pub(super) fn is_listening(descriptor: &OwnedFd) -> bool {
    rustix::net::sockopt::socket_acceptconn(descriptor).unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn descriptor() -> Result<Option<RawFd>, BindError> {
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_listening(_descriptor: &OwnedFd) -> bool {
    false
}
