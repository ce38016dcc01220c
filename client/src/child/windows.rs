//! Windows: a program is always waited for, and the console tells it by itself when to end.

use std::io;
use std::process::Command;
use std::time::Duration;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::core::BOOL;

use crate::error::Exit;

pub(super) fn become_it(command: &mut Command) -> io::Result<Exit> {
    Signals::caught()?.wait_for(command)
}

/// The console's wishes, which do not end this process any more. The program gets them too.
pub(crate) struct Signals(());

impl Signals {
    pub(super) fn caught() -> io::Result<Self> {
        // SAFETY: the handler has the form that is asked for and touches nothing.
        if unsafe { SetConsoleCtrlHandler(Some(stay), 1) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(()))
    }

    pub(super) fn wait_for(&self, command: &mut Command) -> io::Result<Exit> {
        let code = command.status()?.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(Exit::Other, Exit::Program))
    }

    /// Waits for a while.
    pub(crate) fn pause(&self, time: Duration) -> Option<Exit> {
        std::thread::sleep(time);
        None
    }
}

extern "system" fn stay(event: u32) -> BOOL {
    [CTRL_C_EVENT, CTRL_BREAK_EVENT].contains(&event).into()
}
