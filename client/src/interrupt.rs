//! Ctrl-C as the usual end of what has no other: the exit code is 0.

/// Lets an interrupt end this process as if it were done. What was printed is printed: nothing here keeps
/// lines back.
#[cfg(unix)]
pub(crate) fn is_the_end() {
    extern "C" fn end(_: libc::c_int) {
        // SAFETY: `_exit` may be called in a signal handler, and does not return.
        unsafe { libc::_exit(0) }
    }
    // SAFETY: the handler is a function that stays, and does nothing but what a handler may do.
    unsafe { libc::signal(libc::SIGINT, end as *const () as libc::sighandler_t) };
}

/// Lets an interrupt end this process as if it were done.
#[cfg(windows)]
pub(crate) fn is_the_end() {
    use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};

    unsafe extern "system" fn end(event: u32) -> i32 {
        if event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT {
            std::process::exit(0);
        }
        0
    }
    // SAFETY: the handler is a function that stays, and runs in a thread of its own.
    unsafe { SetConsoleCtrlHandler(Some(end), 1) };
}
