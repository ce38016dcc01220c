//! Tells what processes run, for an agent that may not look: under Landlock no process sees the executable
//! of one that is not.
//!
//! A second process of the agent's program does, which was forked before there was anything to know. It
//! reads process ids, answers with paths, holds no descriptor but its end of a pair of sockets, and ends
//! when the other end is closed, however the agent ended.

use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::exit;
use std::sync::Mutex;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair};
use rustix::process::{Signal, set_parent_process_death_signal, setsid};
use rustix::thread::set_name;
use usher_proto::{Code, Refusal};

use super::calls;
use crate::platform::Shown;

/// How long an answer may take. It takes microseconds, unless somebody stopped the witness.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest answer in bytes: two numbers and two paths.
const LONGEST: usize = 8 + 2 * 4096;

/// The agent's end, as long as answers come.
static WITNESS: Mutex<Option<OwnedFd>> = Mutex::new(None);

/// Starts the witness. Comes before the first thread and before anything that is secret.
///
/// # Errors
/// The system has no room for another process.
pub fn start_witness() -> Result<(), Refusal> {
    let lost = Refusal::new(
        Code::Unavailable,
        "the system has no room for the agent's second process, which tells what others run",
        "end other programs first",
    );
    let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None);
    let (ours, theirs) = pair.map_err(|_| lost.clone())?;
    match fork_without_signals() {
        -1 => return Err(lost),
        0 => {
            drop(ours);
            testify(&theirs)
        }
        _ => {}
    }
    set_socket_timeout(&ours, Timeout::Recv, Some(PATIENCE)).map_err(|_| lost)?;
    *WITNESS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(ours);
    Ok(())
}

/// Forks. Signals are left to the agent from the first moment: a key in its terminal, or a service manager,
/// sends them to both processes.
fn fork_without_signals() -> libc::pid_t {
    // SAFETY: sets of signals are plain data, which the calls fill in; no other thread runs yet, so that the
    // child may do whatever this process may.
    unsafe {
        let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&mut all);
        libc::sigprocmask(libc::SIG_BLOCK, &all, &mut before);
        let child = libc::fork();
        if child != 0 {
            libc::sigprocmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        }
        child
    }
}

/// Asks the witness; none if there is none.
pub(in crate::platform) fn witnessed(pid: u32) -> Option<Shown> {
    let mut witness = WITNESS.lock().ok()?;
    let mut answer = [0; LONGEST];
    let asked = ask(witness.as_ref()?, pid, &mut answer);
    if asked.is_none() {
        log::warn!(
            "the process that tells what others run does not answer: the audit log names them no more"
        );
        *witness = None;
    }
    asked
}

fn ask(witness: &OwnedFd, pid: u32, answer: &mut [u8]) -> Option<Shown> {
    send(witness, &pid.to_le_bytes(), SendFlags::NOSIGNAL).ok()?;
    // With a limit of time, a signal that the agent handles interrupts it.
    let (_, length) = retry_on_intr(|| recv(witness, &mut *answer, RecvFlags::empty())).ok()?;
    decode(answer.get(..length)?)
}

/// The witness's whole life.
fn testify(socket: &OwnedFd) -> ! {
    alone_with(socket);
    let _ = set_name(c"usher-witness");
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let _ = setsid();
    let _ = calls::forbid();
    let mut pid = [0; 4];
    while let Ok((_, 4)) = recv(socket, &mut pid, RecvFlags::empty()) {
        let shown = Shown::look(u32::from_le_bytes(pid));
        if send(socket, &encode(&shown), SendFlags::NOSIGNAL).is_err() {
            break;
        }
    }
    exit(0)
}

/// Closes what belongs to the agent.
fn alone_with(socket: &OwnedFd) {
    let own = socket.as_raw_fd().unsigned_abs();
    // SAFETY: nothing in this process uses other descriptors any more.
    unsafe {
        if let Some(below) = own.checked_sub(1) {
            libc::syscall(libc::SYS_close_range, 0, below, 0);
        }
        libc::syscall(libc::SYS_close_range, own + 1, u32::MAX, 0);
    }
}

/// Parent's id (0 for none), length of the first path, both paths; an empty one is none.
fn encode(shown: &Shown) -> Vec<u8> {
    let bytes = |path: &Option<PathBuf>| {
        path.as_ref().map_or(Vec::new(), |path| path.as_os_str().as_bytes().to_vec())
    };
    let exe = bytes(&shown.exe);
    let (parent, parents) = shown.parent.as_ref().map_or((0, Vec::new()), |(pid, exe)| (*pid, bytes(exe)));
    [&parent.to_le_bytes()[..], &(exe.len() as u32).to_le_bytes(), &exe, &parents].concat()
}

fn decode(answer: &[u8]) -> Option<Shown> {
    let (parent, rest) = answer.split_first_chunk()?;
    let (length, paths) = rest.split_first_chunk()?;
    let (exe, parents) = paths.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let path = |bytes: &[u8]| (!bytes.is_empty()).then(|| OsString::from_vec(bytes.to_vec()).into());
    let parent = u32::from_le_bytes(*parent);
    Some(Shown { exe: path(exe), parent: (parent != 0).then(|| (parent, path(parents))) })
}
