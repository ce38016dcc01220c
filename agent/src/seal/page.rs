//! A key's place in memory: in no core file, in no swap, and where the kernel can do that, out of
//! reach of the kernel itself.

use std::ptr::NonNull;

/// Length of what a page holds, in bytes.
const LENGTH: usize = 32;

/// Holds a key until it is dropped, and then wipes it.
pub(super) struct Page {
    key: NonNull<[u8; LENGTH]>,
    kind: Kind,
}

/// Where the page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// memfd_secret(2): the kernel takes the page out of its own map, so that not even root reads it
    /// through /proc/PID/mem.
    #[cfg(target_os = "linux")]
    Secret,
    /// Locked in memory, between two pages that nobody may touch, and left out of core files.
    Locked,
}

// SAFETY: the page belongs to this value alone, and what it holds is plain bytes.
unsafe impl Send for Page {}

impl Page {
    /// Takes a key in; none if the system has no page left.
    pub(super) fn holding(key: &[u8; LENGTH]) -> Option<Self> {
        let page = Self::empty()?;
        // SAFETY: the page is ours, writable, and as large as a key.
        unsafe { page.key.as_ptr().copy_from_nonoverlapping(key, 1) };
        Some(page)
    }

    /// Shows the key.
    pub(super) fn key(&self) -> &[u8; LENGTH] {
        // SAFETY: the page was filled when it was made, and lives as long as this value.
        unsafe { self.key.as_ref() }
    }

    fn empty() -> Option<Self> {
        #[cfg(target_os = "linux")]
        if let Some(key) = secret::map() {
            return Some(Self { key, kind: Kind::Secret });
        }
        // SAFETY: what comes back is a page of ours, large enough, until it is freed.
        let key = unsafe { memsec::malloc() }?;
        Some(Self { key, kind: Kind::Locked })
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: the page is ours and writable; `free` wipes what it frees.
        unsafe {
            memsec::memzero(self.key.as_ptr().cast(), LENGTH);
            match self.kind {
                #[cfg(target_os = "linux")]
                Kind::Secret => secret::unmap(self.key),
                Kind::Locked => memsec::free(self.key),
            }
        }
    }
}

/// The kernel's secret memory, asked for here and not by the crate: there its descriptor stays open, and a
/// child that inherits it could map the page.
#[cfg(target_os = "linux")]
mod secret {
    use std::os::fd::{AsFd, FromRawFd, OwnedFd};
    use std::ptr::{NonNull, null_mut};

    use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

    use super::LENGTH;

    /// Maps a page; none if the kernel has no such memory.
    pub(super) fn map() -> Option<NonNull<[u8; LENGTH]>> {
        // SAFETY: the call takes no pointers; a kernel that does not know it says so.
        let number = unsafe { libc::syscall(libc::SYS_memfd_secret, libc::O_CLOEXEC) };
        let number = i32::try_from(number).ok().filter(|number| *number >= 0)?;
        // SAFETY: the descriptor is fresh and nobody else's.
        let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
        rustix::fs::ftruncate(&descriptor, LENGTH as u64).ok()?;
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a new mapping at a place of the kernel's choice touches no memory in use.
        let page = unsafe { mmap(null_mut(), LENGTH, access, flags, descriptor.as_fd(), 0) }.ok()?;
        NonNull::new(page.cast()) // it outlives the descriptor
    }

    /// Gives the page back.
    ///
    /// # Safety
    /// It comes from [`map`] and is not used any more.
    pub(super) unsafe fn unmap(page: NonNull<[u8; LENGTH]>) {
        // SAFETY: as the caller says.
        let _ = unsafe { munmap(page.as_ptr().cast(), LENGTH) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_its_key_until_it_is_dropped() {
        let pages: Vec<Page> = (0..8).map(|byte| Page::holding(&[byte; LENGTH]).expect("a page")).collect();
        for (byte, page) in (0..).zip(&pages) {
            assert_eq!(page.key(), &[byte; LENGTH]);
        }
    }

    #[test]
    fn without_secret_memory_a_locked_page_does() {
        // SAFETY: the page is freed with the value.
        let key = unsafe { memsec::malloc::<[u8; LENGTH]>() }.expect("a page");
        let page = Page { key, kind: Kind::Locked };
        // SAFETY: it is writable and of this length.
        unsafe { page.key.as_ptr().write([7; LENGTH]) };
        assert_eq!(page.key(), &[7; LENGTH]);
    }
}
