//! Unix: a descriptor that the program inherits, read as `/dev/fd/N`.
//!
//! On Linux it is a piece of memory with a descriptor, sealed against any change, of which each opening
//! begins at its first byte. Elsewhere it is a pipe, which can be read once.

use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::{FdFlags, fcntl_setfd};
use usher_proto::Wiped;

/// Is inherited by every program that is started while it is there: make it just before that.
pub(crate) struct Descriptor(OwnedFd);

impl Descriptor {
    /// Holds the content, and lets programs inherit it.
    pub(crate) fn holding(content: Wiped) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        let held = memory(&content).or_else(|_| pipe(&content))?; // some sandboxes do not have the first
        #[cfg(not(target_os = "linux"))]
        let held = pipe(&content)?;
        fcntl_setfd(&held, FdFlags::empty())?;
        Ok(Self(held))
    }

    /// Tells the path under which a program that inherits it reads the content.
    pub(crate) fn path(&self) -> PathBuf {
        format!("/dev/fd/{}", self.0.as_raw_fd()).into()
    }
}

#[cfg(target_os = "linux")]
fn memory(content: &[u8]) -> io::Result<OwnedFd> {
    use std::io::Seek;

    use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, memfd_create};

    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    // Nothing in it is to be run; kernels before 6.3 do not know the word for that.
    let held = memfd_create("lent", flags | MemfdFlags::NOEXEC_SEAL).or_else(|_| memfd_create("lent", flags));
    let mut file = std::fs::File::from(held?);
    file.write_all(content)?;
    file.rewind()?; // for who reads the descriptor itself
    fchmod(&file, Mode::RUSR)?;
    fcntl_add_seals(&file, SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE)?;
    Ok(file.into())
}

/// A pipe is filled before anybody reads it: it takes 64 KiB on the systems that have no better way, and
/// no secret is larger. Should it be full all the same, that is an error and not a wait for ever.
fn pipe(content: &[u8]) -> io::Result<OwnedFd> {
    let (reader, mut writer) = io::pipe()?;
    fcntl_setfl(&writer, OFlags::NONBLOCK)?;
    writer.write_all(content)?;
    Ok(reader.into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;

    fn content(length: usize) -> Wiped {
        Wiped::from(vec![b'x'; length])
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_read_again_and_again_and_changed_by_nobody() {
        let descriptor = Descriptor::holding(content(100_000)).expect("memory");
        for _ in 0..2 {
            assert_eq!(fs::read(descriptor.path()).expect("it is ours"), vec![b'x'; 100_000]);
        }
        let seals = rustix::fs::fcntl_get_seals(&descriptor.0).expect("memory");
        for seal in [rustix::fs::SealFlags::WRITE, rustix::fs::SealFlags::SEAL] {
            assert!(seals.contains(seal), "{seals:?}");
        }
        let mut file = fs::File::from(descriptor.0);
        assert!(file.write(b"y").is_err() && file.set_len(0).is_err());
    }

    #[test]
    fn a_pipe_holds_the_largest_secret_and_then_ends() {
        let held = pipe(&content(crate::input::MAX_SECRET)).expect("room");
        let mut read = Vec::new();
        fs::File::from(held).read_to_end(&mut read).expect("a pipe");
        assert_eq!(read.len(), crate::input::MAX_SECRET);
        assert!(pipe(&content(1 << 22)).is_err(), "more is not waited for");
    }
}
