//! Named pipes: their name, and whose process is at the other end.

use std::path::{Path, PathBuf};
use std::ptr;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{GetTokenInformation, TOKEN_QUERY, TOKEN_USER, TokenUser};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, OpenProcessToken, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::Folders;
use crate::answer::{Code, Refusal};

/// Where pipes are.
const PIPES: &str = r"\\.\pipe\";
/// Longest name of a pipe in characters, from Microsoft's page on `CreateNamedPipe`.
const MAX_NAME: usize = 256;

/// A user as the system tells two apart: the security identifier, as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct User(pub String);

impl User {
    /// Tells who this process is.
    pub fn own() -> Self {
        // SAFETY: the pseudo handle of the own process is always valid and is not closed.
        let own = unsafe { GetCurrentProcess() };
        Self(sid_of(own).unwrap_or_default())
    }

    /// Tells whose process this is; none if it has ended or may not be looked at.
    pub fn of_process(pid: u32) -> Option<Self> {
        // SAFETY: asks for a handle by number; a failure is null and is checked.
        let process = Handle::new(unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) })?;
        sid_of(process.0).map(Self)
    }
}

pub(super) fn standard(_folders: Folders) -> Result<PathBuf, Refusal> {
    let User(sid) = User::own();
    if sid.is_empty() {
        return Err(Refusal::new(
            Code::Unavailable,
            "Windows did not tell who the user is",
            "set USHER_SOCK to a pipe's name",
        ));
    }
    Ok(format!("{PIPES}usher-{sid}").into())
}

pub(super) fn check_path(path: PathBuf) -> Result<PathBuf, Refusal> {
    let name = path.to_str().and_then(|text| text.strip_prefix(PIPES)).unwrap_or_default();
    if name.is_empty() || name.len() > MAX_NAME || name.contains('\\') {
        return Err(Refusal::new(
            Code::BadRequest,
            r"the pipe's name must be \\.\pipe\ and at most 256 characters without a backslash",
            r"set USHER_SOCK to a name such as \\.\pipe\usher-test",
        ));
    }
    Ok(path)
}

/// Pipes have no folder to check; the client looks at the server's process instead.
///
/// # Errors
/// None; the form is that of the other systems.
pub fn check_place(_path: &Path) -> Result<(), Refusal> {
    Ok(())
}

/// Closes what it holds.
struct Handle(HANDLE);

impl Handle {
    fn new(handle: HANDLE) -> Option<Self> {
        (!handle.is_null()).then_some(Self(handle))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle was opened here and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

fn sid_of(process: HANDLE) -> Option<String> {
    let mut token = ptr::null_mut();
    // SAFETY: the process handle is valid; the token is written on success only, which is checked.
    let opened = unsafe { OpenProcessToken(process, TOKEN_QUERY, &mut token) };
    let token = Handle::new(token).filter(|_| opened != 0)?;
    // Room for the structure and the longest SID (68 bytes), aligned as the structure asks.
    let mut space = [0u64; 16];
    let mut used = 0;
    // SAFETY: the length given is that of the buffer, which is aligned for TOKEN_USER.
    let told = unsafe {
        GetTokenInformation(
            token.0,
            TokenUser,
            space.as_mut_ptr().cast(),
            size_of_val(&space) as u32,
            &mut used,
        )
    };
    if told == 0 {
        return None;
    }
    let mut text = ptr::null_mut();
    // SAFETY: the call above filled the buffer with a TOKEN_USER whose SID lies in the same buffer;
    // the text is allocated by the call and freed below.
    unsafe {
        let user = &*space.as_ptr().cast::<TOKEN_USER>();
        if ConvertSidToStringSidW(user.User.Sid, &mut text) == 0 {
            return None;
        }
        let length = (0..).take_while(|&at| *text.add(at) != 0).count();
        let sid = String::from_utf16(std::slice::from_raw_parts(text, length)).ok();
        LocalFree(text.cast());
        sid
    }
}
