//! Reaches the agent's socket or pipe, checks whose it is, and bounds every wait for it.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use interprocess::local_socket::{GenericFilePath, Stream, ToFsName};
use usher_proto::Code;
use usher_proto::Refusal;
use usher_proto::endpoint::{Endpoint, check_place};

use crate::error::{Error, Own};

/// Pause before another try when the agent's queue is full.
const PAUSE: Duration = Duration::from_millis(5);

/// One connection to an agent that is ours.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
}

/// Connects; none if no agent listens there.
///
/// # Errors
/// The place or the agent is not this user's, or the agent is too busy until the deadline.
pub fn connect(endpoint: &Endpoint, deadline: Instant) -> Result<Option<Connection>, Error> {
    let path = endpoint.path();
    check_place(path)?;
    loop {
        let tried = open(path, deadline).and_then(|stream| Ok((platform::is_ours(&stream)?, stream)));
        match tried {
            Ok((true, stream)) => return Ok(Some(Connection { stream })),
            Ok((false, _)) => return Err(foreign(path).into()),
            Err(error) if platform::is_absent(&error) => return Ok(None),
            Err(error) if platform::is_busy(&error) => {
                if Instant::now() >= deadline {
                    return Err(busy(path));
                }
                std::thread::sleep(PAUSE);
            }
            Err(error) => {
                return Err(Error::new(
                    Own::NoAgent,
                    format!("the agent at {} cannot be reached: {}", path.display(), error),
                    "look at the socket and at usher-agent's messages",
                ));
            }
        }
    }
}

fn open(path: &Path, deadline: Instant) -> io::Result<Stream> {
    platform::open(path.to_fs_name::<GenericFilePath>()?, left(deadline)?)
}

fn foreign(path: &Path) -> Refusal {
    Refusal::new(
        Code::Denied,
        format!("the agent at {} belongs to another user, so it is not asked", path.display()),
        "set USHER_SOCK to the socket of an agent of yours",
    )
}

fn busy(path: &Path) -> Error {
    Error::new(
        Own::Timeout,
        format!("the agent at {} takes no more connections", path.display()),
        "it is stopped or overrun; try again, or end its process",
    )
}

/// Tells the time that is left, or that none is.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Connection {
    /// Writes all of it before the deadline.
    pub fn write_all(&self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            match platform::bounded(&self.stream, left(deadline)?, |mut stream| stream.write(bytes)) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what there is, waiting for it until the deadline; 0 when the agent hung up.
    pub fn read(&self, space: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            match platform::bounded(&self.stream, left(deadline)?, |mut stream| stream.read(space)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }
}

#[cfg(unix)]
mod platform {
    use std::io;
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

    pub(super) fn bounded<T>(
        stream: &Stream,
        left: Duration,
        operation: impl FnOnce(&Stream) -> io::Result<T>,
    ) -> io::Result<T> {
        stream.set_recv_timeout(Some(left))?;
        stream.set_send_timeout(Some(left))?;
        operation(stream).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

#[cfg(windows)]
mod platform {
    use std::io;
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

    /// Pipes have no timeouts, so a second thread cancels what takes too long.
    pub(super) fn bounded<T>(
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
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixListener;

    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen, socket};

    use super::*;

    fn endpoint(folder: &tempfile::TempDir) -> Endpoint {
        Endpoint::named(folder.path().join("agent.sock")).expect("short")
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(100)
    }

    #[test]
    fn no_socket_and_a_stale_one_are_no_agent() {
        let folder = tempfile::tempdir().expect("a folder");
        let endpoint = endpoint(&folder);
        assert!(connect(&endpoint, soon()).expect("no error").is_none());
        drop(UnixListener::bind(endpoint.path()).expect("a free name"));
        assert!(endpoint.path().exists());
        assert!(connect(&endpoint, soon()).expect("no error").is_none());
    }

    #[test]
    fn a_place_that_others_can_write_to_is_not_spoken_to() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let endpoint = endpoint(&folder);
        let _listener = UnixListener::bind(endpoint.path()).expect("a free name");
        let open_to_all = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open_to_all).expect("ours");
        let error = connect(&endpoint, soon()).expect_err("not trusted");
        assert_eq!(error.exit(), crate::Exit::Refused);
    }

    /// An agent that is stopped, or overrun, lets its queue fill.
    #[test]
    fn a_full_queue_is_waited_for_until_the_deadline() {
        let folder = tempfile::tempdir().expect("a folder");
        let endpoint = endpoint(&folder);
        let listener = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        bind(&listener, &SocketAddrUnix::new(endpoint.path()).expect("short")).expect("a free name");
        listen(&listener, 0).expect("bound");
        let mut queued = Vec::new();
        let error = loop {
            match connect(&endpoint, soon()) {
                Ok(connection) => queued.push(connection),
                Err(error) => break error,
            }
            assert!(queued.len() < 1000, "the queue has an end");
        };
        assert_eq!(error.exit(), crate::Exit::NoAgent);
    }
}
