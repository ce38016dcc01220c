//! Windows: a named pipe of ours, peers by their process's user, console events.

mod files;
mod program;
mod sandbox;

use std::fs::{self, File};
use std::io;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use interprocess::local_socket::traits::StreamCommon;
use interprocess::local_socket::traits::tokio::Listener as _;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::windows::local_socket::ListenerOptionsExt;
use interprocess::os::windows::named_pipe::local_socket::tokio as pipes;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use sha2::{Digest, Sha256};
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};
use usher_proto::Refusal;
use usher_proto::endpoint::{Endpoint, Folders, User};
use windows_sys::Win32::Foundation::{CloseHandle, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS, OpenProcess, PROCESS_TERMINATE, TerminateProcess,
};

pub use self::files::{make_folder, open_to_append};
pub use self::program::uid;
pub(super) use self::program::{executable, parent};
pub(super) use self::sandbox::witnessed;
pub use self::sandbox::{confine, start_witness};
use super::{BindError, lock};
use crate::peer::Peer;

/// One connection.
pub type Stream = pipes::Stream;

/// Accepts connections of our own user. The pipe takes no remote clients, and only its owner and the
/// system may open it; a second first instance is refused by Windows.
pub struct Listener {
    pipes: pipes::Listener,
    _lock: File,
}

impl Listener {
    /// Listens at the endpoint.
    ///
    /// # Errors
    /// Another agent listens there, or the pipe cannot be made.
    pub fn bind(endpoint: &Endpoint) -> Result<Self, BindError> {
        let path = endpoint.path();
        let failed = |doing| move |error: io::Error| BindError::Failed(doing, error.kind());
        let lock = lock(&lock_path(path)?)?;
        let name = path.to_fs_name::<GenericFilePath>().map_err(failed("naming the pipe"))?;
        let descriptor = owner_only().map_err(failed("writing the pipe's access list"))?;
        let options = ListenerOptions::new().name(name).security_descriptor(descriptor);
        match pipes::Listener::from_options(options) {
            Ok(pipes) => Ok(Self { pipes, _lock: lock }),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(BindError::AlreadyRunning),
            Err(error) => Err(failed("making the pipe")(error)),
        }
    }

    /// Service managers hand over no pipes on Windows.
    ///
    /// # Errors
    /// None; the form is that of the other systems.
    pub fn inherited() -> Result<Option<Self>, BindError> {
        Ok(None)
    }

    /// Waits for the next connection; without a peer it comes from another user.
    ///
    /// # Errors
    /// The system has no room for one more, or the connection is gone again.
    pub async fn accept(&self) -> io::Result<(Stream, Option<Peer>)> {
        let stream = self.pipes.accept().await?;
        let pid = stream.peer_creds()?.pid().unwrap_or(0);
        Ok((stream, Peer::of(pid, User::of_process(pid))))
    }
}

/// Owner and system may do everything, nobody else anything, and nothing is inherited.
fn owner_only() -> io::Result<SecurityDescriptor> {
    let text: Vec<u16> = "D:P(A;;GA;;;OW)(A;;GA;;;SY)\0".encode_utf16().collect();
    let text = widestring::U16CStr::from_slice(&text).map_err(|_| io::ErrorKind::InvalidInput)?;
    SecurityDescriptor::deserialize(text)
}

/// Pipes have no folder, so the lock lies in ours, under a name made from the pipe's.
fn lock_path(pipe: &Path) -> Result<PathBuf, BindError> {
    let folder = Folders::find().map_err(BindError::Refused)?.state;
    fs::create_dir_all(&folder)
        .map_err(|error| BindError::Failed("making the state folder", error.kind()))?;
    let digits: String = Sha256::digest(pipe.as_os_str().as_encoded_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(folder.join(format!("agent-{digits}.lock")))
}

/// Does nothing: Windows lets a process read another one of its user, whatever that one wishes.
///
/// # Errors
/// None.
pub fn harden() -> Result<(), Refusal> {
    Ok(())
}

/// Starts a program; there are no limits of core files here.
pub fn with_own_core_limit<T>(start: impl FnOnce() -> T) -> T {
    start()
}

/// Prepares the process; pipes are not limited in number as descriptors are.
pub fn prepare(connections: usize) -> usize {
    connections
}

/// The console's and the system's wishes that the process end, caught from the moment this is made.
pub struct EndSignals {
    interrupt: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl EndSignals {
    /// Catches them.
    ///
    /// # Errors
    /// The system does not let these events be caught.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            pause: ctrl_break()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    /// Waits for one; an interrupt from the console is for the command alone where the agent runs
    /// around one.
    pub async fn wait(mut self, around_command: bool) {
        loop {
            tokio::select! {
                _ = self.close.recv() => return,
                _ = self.shutdown.recv() => return,
                _ = self.pause.recv() => if !around_command { return },
                _ = self.interrupt.recv() => if !around_command { return },
            }
        }
    }
}

/// Ends a process.
pub fn end_process(pid: u32) {
    // SAFETY: asks for a handle by number, uses it only if there is one, and closes it once.
    unsafe {
        let process = OpenProcess(PROCESS_TERMINATE, 0, pid);
        if !process.is_null() {
            TerminateProcess(process, 1);
            CloseHandle(process);
        }
    }
}

/// The starting process has taken the terminal away already.
///
/// # Errors
/// None; the form is that of the other systems.
pub fn detach() -> Result<(), Refusal> {
    Ok(())
}

/// Makes a command run without our console and our streams. Windows hands every handle down that may be
/// inherited, and ours came to us that way: whoever reads them would wait for the agent to end.
pub fn send_to_background(command: &mut Command) {
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: changes a flag of a handle that this process has; one that it lacks is refused.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
}
