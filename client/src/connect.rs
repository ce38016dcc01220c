//! Reaches the agent's socket or pipe, checks whose it is, and bounds every wait for it.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use interprocess::local_socket::{GenericFilePath, Stream, ToFsName};
use usher_proto::endpoint::{Endpoint, check_place};
use usher_proto::{Code, Refusal};

use crate::error::{Error, Own};

#[cfg(unix)]
#[path = "connect/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "connect/windows.rs"]
mod platform;

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
            match platform::write(&self.stream, bytes, left(deadline)?) {
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
            match platform::read(&self.stream, space, left(deadline)?) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
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
