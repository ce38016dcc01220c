//! Windows: a named pipe that gives its content to each that opens it, for as long as this process waits
//! for the program. Only its owner and the system may open it, from this machine.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use interprocess::local_socket::traits::ListenerExt as _;
use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName};
use interprocess::os::windows::local_socket::ListenerOptionsExt;
use interprocess::os::windows::security_descriptor::SecurityDescriptor;
use usher_proto::Wiped;
use widestring::U16CStr;

/// The pipe's path; a thread serves it until this process ends.
pub(crate) struct Descriptor(PathBuf);

impl Descriptor {
    /// Holds the content, and gives it to programs that open the path.
    pub(crate) fn holding(content: Wiped) -> io::Result<Self> {
        let path = name();
        let listener = ListenerOptions::new()
            .name(path.as_path().to_fs_name::<GenericFilePath>()?)
            .security_descriptor(owner_only()?)
            .create_sync()?;
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                // Who leaves before the end wanted no more.
                let _ = stream.write_all(&content);
            }
        });
        Ok(Self(path))
    }

    /// Tells the path under which a program reads the content.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.clone()
    }
}

/// Makes a name that nobody has.
fn name() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!(r"\\.\pipe\usher-lent-{}-{number}-{time:x}", std::process::id()).into()
}

/// Owner and system may do everything, nobody else anything, and nothing is inherited.
fn owner_only() -> io::Result<SecurityDescriptor> {
    let text: Vec<u16> = "D:P(A;;GA;;;OW)(A;;GA;;;SY)\0".encode_utf16().collect();
    let text = U16CStr::from_slice(&text).map_err(|_| io::ErrorKind::InvalidInput)?;
    SecurityDescriptor::deserialize(text)
}
