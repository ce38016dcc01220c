//! A server's process.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::footprint::Footprint;

/// Pause between two attempts to connect to a server that has just been started.
const PAUSE: Duration = Duration::from_micros(50);

/// A process that is ended when this is dropped.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn start(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().expect("the server starts"))
    }

    /// Tells how much memory it has in use.
    pub(super) fn footprint(&self) -> Footprint {
        Footprint::of(self.0.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Connects to a server that has just been started.
pub(crate) fn connect_when_it_listens(socket: &Path) -> UnixStream {
    loop {
        match UnixStream::connect(socket) {
            Ok(stream) => return stream,
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
