//! What a process runs, and who started it.

use std::path::PathBuf;

/// Tells this user's number.
pub fn uid() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

/// Tells which file a process runs; none where that is not ours to know.
#[cfg(target_os = "linux")]
pub(in crate::platform) fn executable(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Tells the parent of a process.
#[cfg(target_os = "linux")]
pub(in crate::platform) fn parent(pid: u32) -> Option<u32> {
    use std::io::Read;

    // Longer than any, so that one read is enough: pid, name in parentheses, state, parent, numbers.
    let mut stat = [0; 1024];
    let length = std::fs::File::open(format!("/proc/{pid}/stat")).ok()?.read(&mut stat).ok()?;
    // The name may hold anything, parentheses too.
    let after_name = stat[..length].iter().rposition(|byte| *byte == b')')? + 1;
    let mut rest = std::str::from_utf8(&stat[after_name..length]).ok()?.split_ascii_whitespace();
    rest.nth(1)?.parse().ok().filter(|parent| *parent != 0)
}

/// Tells which file a process runs; none where that is not ours to know.
#[cfg(target_os = "macos")]
pub(in crate::platform) fn executable(pid: u32) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;

    let mut path = vec![0_u8; libc::PROC_PIDPATHINFO_MAXSIZE as usize];
    // SAFETY: the buffer is as long as it is said to be.
    let length =
        unsafe { libc::proc_pidpath(i32::try_from(pid).ok()?, path.as_mut_ptr().cast(), path.len() as u32) };
    path.truncate(usize::try_from(length).ok().filter(|length| *length > 0)?);
    Some(std::ffi::OsString::from_vec(path).into())
}

/// Tells the parent of a process.
#[cfg(target_os = "macos")]
pub(in crate::platform) fn parent(pid: u32) -> Option<u32> {
    const SIZE: i32 = size_of::<libc::proc_bsdinfo>() as i32;
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    // SAFETY: the structure is plain numbers, as long as it is said to be, and zeros are a value of it.
    let info = unsafe {
        let told = libc::proc_pidinfo(
            i32::try_from(pid).ok()?,
            libc::PROC_PIDTBSDINFO,
            0,
            info.as_mut_ptr().cast(),
            SIZE,
        );
        (told == SIZE).then(|| info.assume_init())?
    };
    Some(info.pbi_ppid).filter(|parent| *parent != 0)
}

/// Other systems are not asked.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(in crate::platform) fn executable(_pid: u32) -> Option<PathBuf> {
    None
}

/// Other systems are not asked.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(in crate::platform) fn parent(_pid: u32) -> Option<u32> {
    None
}
