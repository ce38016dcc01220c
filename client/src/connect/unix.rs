//! Unix: sockets, which know their peer and have timeouts.

use std::io::{self, Read, Write};
use std::time::Duration;

use interprocess::ConnectWaitMode;
use interprocess::local_socket::traits::{Stream as _, StreamCommon as _};
use interprocess::local_socket::{ConnectOptions, Name, Stream};
use usher_proto::endpoint::User;

pub(super) fn open(name: Name<'_>, left: Duration) -> io::Result<Stream> {
    ConnectOptions::new().name(name).wait_mode(ConnectWaitMode::Timeout(left)).connect_sync()
}

pub(super) fn is_ours(stream: &Stream) -> io::Result<bool> {
    Ok(stream.peer_creds()?.euid().map(User) == Some(User::own()))
}

pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

/// Linux does not let a connection wait in a full queue without blocking; the socket is then
/// not connected and has no peer, which is told as a reset.
pub(super) fn is_busy(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::WouldBlock)
}

pub(super) fn write(mut stream: &Stream, bytes: &[u8], left: Duration) -> io::Result<usize> {
    stream.set_send_timeout(Some(left))?;
    stream.write(bytes).map_err(timed_out)
}

pub(super) fn read(mut stream: &Stream, space: &mut [u8], left: Duration) -> io::Result<usize> {
    stream.set_recv_timeout(Some(left))?;
    stream.read(space).map_err(timed_out)
}

/// What waited as long as it may says that it would have to wait.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}
