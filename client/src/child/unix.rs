//! Unix: exec(2), and signals through a pipe to ourselves.

use std::ffi::{c_int, c_void};
use std::io::{self, PipeReader, Read};
use std::os::fd::IntoRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::error::Exit;

/// The signals that are passed on. Others end us, or are not for us, as ever.
const PASSED_ON: [c_int; 6] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2];
/// Marks a signal in the pipe that came from no process.
const FROM_NOBODY: u8 = 0x80;

/// The pipe's end that the handler writes to.
static NOTES: AtomicI32 = AtomicI32::new(-1);

pub(super) fn become_it(command: &mut Command) -> io::Result<Exit> {
    Err(command.exec())
}

/// The signals that reached this process, in their order. Once caught they do not end it any more.
pub(crate) struct Signals {
    notes: PipeReader,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
struct Caught {
    signal: c_int,
    /// The terminal sent it, to every process that runs in front of it: to the program as well.
    to_all: bool,
}

impl Signals {
    pub(super) fn caught() -> io::Result<Self> {
        let (notes, end) = io::pipe()?;
        fcntl_setfl(&end, OFlags::NONBLOCK)?; // a handler never waits
        NOTES.store(end.into_raw_fd(), Ordering::Relaxed);
        for signal in PASSED_ON {
            // What is ignored, under nohup for example, stays so, for the program too.
            if !is_ignored(signal)? {
                handle(signal)?;
            }
        }
        handle(libc::SIGCHLD)?;
        Ok(Self { notes })
    }

    pub(super) fn wait_for(&self, command: &mut Command) -> io::Result<Exit> {
        let mut child = command.spawn()?;
        let pid = Pid::from_child(&child);
        loop {
            // The process id is the child's own until it was waited for, which only happens here.
            if let Some(status) = child.try_wait()? {
                return Ok(exit_of(status));
            }
            if let Some(Caught { signal, to_all: false }) = self.next(None)?
                && let Some(signal) = Signal::from_named_raw(signal)
            {
                let _ = kill_process(pid, signal);
            }
        }
    }

    /// Waits for a while; if a signal comes, with which exit code it ends us.
    pub(crate) fn pause(&self, time: Duration) -> Option<Exit> {
        let end = Instant::now() + time;
        while let Ok(Some(Caught { signal, .. })) = self.next(Some(end)) {
            if signal != libc::SIGCHLD {
                return Some(exit_of_signal(signal));
            }
        }
        None
    }

    /// Waits for the next one, until the end if there is one.
    fn next(&self, end: Option<Instant>) -> io::Result<Option<Caught>> {
        loop {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut [PollFd::new(&self.notes, PollFlags::IN)], left.as_ref()) {
                Ok(0) => return Ok(None),
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut note = [0];
        (&self.notes).read_exact(&mut note)?;
        let signal = c_int::from(note[0] & !FROM_NOBODY);
        Ok(Some(Caught { signal, to_all: is_to_all(signal, note[0] & FROM_NOBODY != 0) }))
    }
}

/// Linux tells who sent a signal.
#[cfg(target_os = "linux")]
fn is_to_all(signal: c_int, from_nobody: bool) -> bool {
    from_nobody && [libc::SIGINT, libc::SIGQUIT, libc::SIGHUP].contains(&signal)
}

/// Elsewhere a terminal's signals are taken to be from there if we have one.
#[cfg(not(target_os = "linux"))]
fn is_to_all(signal: c_int, _from_nobody: bool) -> bool {
    [libc::SIGINT, libc::SIGQUIT].contains(&signal) && std::fs::File::open("/dev/tty").is_ok()
}

fn exit_of(status: ExitStatus) -> Exit {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map(Exit::Program).or(status.signal().map(exit_of_signal)).unwrap_or(Exit::Other)
}

/// Says it as shells do.
fn exit_of_signal(signal: c_int) -> Exit {
    Exit::Program(128u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX)))
}

fn is_ignored(signal: c_int) -> io::Result<bool> {
    // SAFETY: all zeros are a value of this structure, which the call fills; nothing is changed.
    unsafe {
        let mut found: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, ptr::null(), &mut found) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(found.sa_sigaction == libc::SIG_IGN)
    }
}

fn handle(signal: c_int) -> io::Result<()> {
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = note;
    // SAFETY: all zeros are a value of this structure, whose fields that count are set; the handler has
    // the form that SA_SIGINFO asks for and does only what a handler may.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_NOCLDSTOP;
        libc::sigemptyset(&mut action.sa_mask);
        if libc::sigaction(signal, &action, ptr::null_mut()) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Notes a signal in the pipe. It runs in the middle of anything else.
extern "C" fn note(signal: c_int, information: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: the system hands over a valid structure. Positive codes are the kernel's own on Linux.
    let from_nobody = unsafe { (*information).si_code } > 0;
    let note = [u8::try_from(signal).unwrap_or_default() | if from_nobody { FROM_NOBODY } else { 0 }];
    // SAFETY: write(2) may be called in a handler, on a descriptor that is never closed; a pipe that is
    // full has enough signals in it.
    unsafe { libc::write(NOTES.load(Ordering::Relaxed), note.as_ptr().cast(), 1) };
}
