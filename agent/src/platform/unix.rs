//! Unix: a socket in a folder of ours, peers by their uid, signals, sessions.

mod activation;
mod files;
mod harden;
mod program;
mod sandbox;
mod signals;

use std::fs::{self, File};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use interprocess::local_socket::traits::StreamCommon;
use interprocess::local_socket::traits::tokio::Listener as _;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::unix::uds_local_socket::tokio as sockets;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use usher_proto::endpoint::{Endpoint, User, check_place};
use usher_proto::{Code, Refusal};

pub use self::files::{make_folder, open_to_append};
pub use self::harden::{harden, with_own_core_limit};
pub use self::program::uid;
pub(super) use self::program::{executable, parent};
pub(super) use self::sandbox::witnessed;
pub use self::sandbox::{confine, start_witness};
pub use self::signals::EndSignals;
use super::{BindError, lock};
use crate::peer::Peer;

/// One connection.
pub type Stream = sockets::Stream;

/// Descriptors that the agent needs beside its connections: store, signals, runtime, new ones.
const SPARE_DESCRIPTORS: u64 = 64;

/// Accepts connections of our own user.
pub struct Listener {
    sockets: sockets::Listener,
    /// The socket to remove at the end, and the lock to hold until then; a service manager's socket
    /// has neither.
    own: Option<(PathBuf, File)>,
}

impl Listener {
    /// Listens at the endpoint: makes its folder (0700) if it is missing, replaces a socket at which
    /// nobody answers, and never one at which somebody does.
    ///
    /// # Errors
    /// Another agent listens there, or the place cannot be trusted or used.
    pub fn bind(endpoint: &Endpoint) -> Result<Self, BindError> {
        let path = endpoint.path();
        let failed = |doing| move |error: io::Error| BindError::Failed(doing, error.kind());
        if let Some(folder) = path.parent() {
            make_folder(folder).map_err(failed("making the socket's folder"))?;
        }
        check_place(path).map_err(BindError::Refused)?;
        let lock = lock(&lock_path(path))?;
        if UnixStream::connect(path).is_ok() {
            return Err(BindError::AlreadyRunning);
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("removing a dead socket")(error));
            }
            _ => {}
        }
        let name = path.to_fs_name::<GenericFilePath>().map_err(failed("naming the socket"))?;
        let options = owner_only(ListenerOptions::new().name(name).reclaim_name(false));
        let sockets = sockets::Listener::from_options(options).map_err(failed("binding the socket"))?;
        Ok(Self { sockets, own: Some((path.to_owned(), lock)) })
    }

    /// Takes over the socket that a service manager listens at (`LISTEN_FDS`), if there is one.
    ///
    /// # Errors
    /// What was handed over is not exactly one socket.
    pub fn inherited() -> Result<Option<Self>, BindError> {
        let Some(descriptor) = activation::descriptor()? else { return Ok(None) };
        let failed = |kind| BindError::Failed("taking over the service manager's socket", kind);
        // SAFETY: the service manager opened the descriptor for this process, which the protocol's
        // process id proves, and nothing else in it uses the number.
        let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
        if !activation::is_listening(&descriptor) {
            return Err(failed(io::ErrorKind::InvalidInput));
        }
        let sockets = sockets::Listener::try_from(descriptor).map_err(|error| failed(error.kind()))?;
        Ok(Some(Self { sockets, own: None }))
    }

    /// Waits for the next connection; without a peer it comes from another user.
    ///
    /// # Errors
    /// The system has no room for one more, or the connection is gone again.
    pub async fn accept(&self) -> io::Result<(Stream, Option<Peer>)> {
        let stream = self.sockets.accept().await?;
        let credentials = stream.peer_creds()?;
        let pid = credentials.pid().and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0);
        Ok((stream, Peer::of(pid, credentials.euid().map(User))))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some((path, _lock)) = &self.own {
            let _ = fs::remove_file(path);
        }
    }
}

fn lock_path(socket: &Path) -> PathBuf {
    let mut path = socket.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Lets only the owner connect from the first moment on. Elsewhere than on Linux the umask and the
/// folder do it alone: the mode of a socket cannot be set before it is bound.
fn owner_only(options: ListenerOptions<'_>) -> ListenerOptions<'_> {
    #[cfg(target_os = "linux")]
    let options = interprocess::os::unix::local_socket::ListenerOptionsExt::mode(options, 0o600);
    options
}

/// Prepares the process: what it makes is its user's alone, and it may hold `connections` at once, each of
/// which may wait for Cloudflare over another one. Tells how many it may really hold.
pub fn prepare(connections: usize) -> usize {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let wanted = 2 * connections as u64 + SPARE_DESCRIPTORS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut allowed = current.unwrap_or(u64::MAX);
    if allowed < wanted {
        let more = maximum.unwrap_or(u64::MAX).min(wanted);
        if setrlimit(Resource::Nofile, Rlimit { current: Some(more), maximum }).is_ok() {
            allowed = more;
        }
    }
    connections.min(allowed.saturating_sub(SPARE_DESCRIPTORS).max(1) as usize)
}

/// Asks a process to end.
pub fn end_process(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

/// Leaves the terminal: a session of its own, and no folder kept busy.
///
/// # Errors
/// The process leads a group already.
pub fn detach() -> Result<(), Refusal> {
    let kept = |_| {
        Refusal::new(
            Code::Unavailable,
            "the agent could not leave its terminal",
            "start it with `usher agent start`",
        )
    };
    rustix::process::setsid().map_err(kept)?;
    std::env::set_current_dir("/").map_err(|_| {
        Refusal::new(
            Code::Unavailable,
            "the agent could not leave its folder",
            "start it from another folder",
        )
    })
}

/// Makes a command run away from the terminal; on Unix the started process does that itself.
pub fn send_to_background(_command: &mut Command) {}
