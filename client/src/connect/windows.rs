//! Windows: named pipes, which know their server and have no timeouts.

use std::io::{self, Read, Write};
use std::os::windows::io::{AsHandle, AsRawHandle};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use interprocess::local_socket::traits::StreamCommon as _;
use interprocess::local_socket::{ConnectOptions, Name, Stream};
use usher_proto::endpoint::User;
use windows_sys::Win32::Foundation::{ERROR_OPERATION_ABORTED, ERROR_PIPE_BUSY, ERROR_SEM_TIMEOUT};
use windows_sys::Win32::System::IO::CancelIoEx;

/// Pause between attempts to cancel: one that falls between two calls cancels nothing.
const AGAIN: Duration = Duration::from_millis(50);

pub(super) fn open(name: Name<'_>, _left: Duration) -> io::Result<Stream> {
    ConnectOptions::new().name(name).connect_sync()
}

pub(super) fn is_ours(stream: &Stream) -> io::Result<bool> {
    let server = stream.peer_creds()?.pid().and_then(User::of_process);
    Ok(server.is_some_and(|user| user == User::own()))
}

pub(super) fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

pub(super) fn is_busy(error: &io::Error) -> bool {
    error
        .raw_os_error()
        .is_some_and(|code| [ERROR_PIPE_BUSY, ERROR_SEM_TIMEOUT].contains(&code.cast_unsigned()))
}

pub(super) fn write(stream: &Stream, bytes: &[u8], left: Duration) -> io::Result<usize> {
    bounded(stream, left, |mut stream| stream.write(bytes))
}

pub(super) fn read(stream: &Stream, space: &mut [u8], left: Duration) -> io::Result<usize> {
    bounded(stream, left, |mut stream| stream.read(space))
}

/// Pipes have no timeouts, so a second thread cancels what takes too long.
fn bounded<T>(
    stream: &Stream,
    left: Duration,
    operation: impl FnOnce(&Stream) -> io::Result<T>,
) -> io::Result<T> {
    let Stream::NamedPipe(pipe) = stream;
    let handle = pipe.as_handle();
    let (done, wait) = channel::<()>();
    let result = std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut left = left;
            while wait.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                // SAFETY: the handle is borrowed from the pipe, which outlives this scope; a
                // null pointer asks to cancel whatever is pending on it.
                unsafe { CancelIoEx(handle.as_raw_handle(), std::ptr::null()) };
                left = AGAIN;
            }
        });
        let result = operation(stream);
        drop(done);
        result
    });
    result.map_err(|error| match error.raw_os_error() {
        Some(code) if code.cast_unsigned() == ERROR_OPERATION_ABORTED => io::ErrorKind::TimedOut.into(),
        _ => error,
    })
}
