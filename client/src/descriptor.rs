//! Content that a program reads under a path, and that is in no file: it goes with the last process that
//! has it open.

#[cfg(unix)]
#[path = "descriptor/unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "descriptor/windows.rs"]
mod platform;

pub(crate) use platform::Descriptor;
