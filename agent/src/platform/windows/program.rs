//! What a process runs.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;

use windows_sys::Win32::Foundation::CloseHandle;
use windows_sys::Win32::System::Threading::{
    OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

/// Longest path that Windows has, in units of UTF-16.
const MAX_PATH: usize = 32_768;

/// Users have no numbers here.
pub fn uid() -> Option<u32> {
    None
}

/// Tells which file a process runs; none where that is not ours to know.
pub(in crate::platform) fn executable(pid: u32) -> Option<PathBuf> {
    let mut path = vec![0_u16; MAX_PATH];
    let mut length = MAX_PATH as u32;
    // SAFETY: asks for a handle by number, uses it only if there is one, and closes it once; the buffer is
    // as long as it is said to be.
    let told = unsafe {
        let process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
        if process.is_null() {
            return None;
        }
        let told =
            QueryFullProcessImageNameW(process, PROCESS_NAME_WIN32, path.as_mut_ptr(), &mut length) != 0;
        CloseHandle(process);
        told
    };
    told.then(|| OsString::from_wide(&path[..length as usize]).into())
}

/// Windows keeps a parent's id after the parent has ended and another process has it: not asked.
pub(in crate::platform) fn parent(_pid: u32) -> Option<u32> {
    None
}
