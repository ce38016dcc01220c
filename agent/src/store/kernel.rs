//! The Linux kernel's keyring: lives until reboot, for machines without a desktop.
//!
//! Records are keys of type `user` in the user keyring (`keyctl show @u`), which every process of this
//! uid shares, whatever its session. A new key may be read by whoever possesses the keyring, and a
//! process does so only if one of its own keyrings links to it. In some sessions none does, so the
//! link is made here, in the process keyring.

use std::ffi::{CStr, c_int, c_long};

use linux_keyutils::{Key, KeyError, KeyRing, KeyRingIdentifier, KeySerialId};
use zeroize::Zeroizing;

use super::StoreError;
use super::items::{Bytes, Item, Items};

/// Largest payload of a key of type `user`, in bytes (`Documentation/security/keys/core.rst`).
const MAX_PAYLOAD: usize = 32_767;
/// Longest description of a key, in bytes, with its type, ids, permissions and final zero.
const MAX_DESCRIPTION: usize = 4096 + 128;
/// The user keyring wherever the kernel takes a key's number (`KEY_SPEC_USER_KEYRING`).
const USER_KEYRING: i32 = -4;

const TOO_LARGE: StoreError = StoreError::Full("the kernel keeps at most 32,767 bytes for each credential");
const QUOTA: StoreError = StoreError::Full(
    "the kernel keeps by default at most 20,000 bytes and 200 keys for an ordinary user \
     (/proc/sys/kernel/keys/maxbytes and maxkeys)",
);

/// Keeps records in the kernel's keyring.
pub struct Kernel {
    prefix: String,
}

impl Kernel {
    /// Names the keys that are meant: those whose description is `service:` and something.
    pub fn new(service: &str) -> Self {
        Self { prefix: format!("{service}:") }
    }

    fn find(&self, name: &str) -> Result<Option<Key>, StoreError> {
        match ring()?.search(&format!("{}{name}", self.prefix)) {
            Ok(key) => Ok(Some(key)),
            Err(error) if is_absent(error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Items for Kernel {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        ring()?;
        let descriptions = serials()?.into_iter().filter_map(describe);
        // type;uid;gid;permissions;description
        let names = descriptions.filter_map(|description| {
            let mut parts = description.splitn(5, ';');
            let kind = parts.next()?;
            let name = parts.nth(3)?.strip_prefix(&self.prefix)?;
            (kind == "user").then(|| name.to_owned())
        });
        Ok(names.collect())
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let Some(key) = self.find(name)? else { return Ok(None) };
        match read(key) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        if item.bytes.len() > MAX_PAYLOAD {
            return Err(TOO_LARGE);
        }
        // Where there is a key of this name the kernel changes its payload, and keeps the old one if
        // it cannot.
        ring()?.add_key(&format!("{}{}", self.prefix, item.name), item.bytes)?;
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        let Some(key) = self.find(name)? else { return Ok(()) };
        // Revoking wipes the payload and gives its quota back at once; unlinking alone does so only
        // when the kernel comes to it. A revoked key counts as absent everywhere here.
        let ring = ring()?;
        match key.revoke().and_then(|()| ring.unlink_key(key)) {
            Ok(()) => Ok(()),
            Err(error) if is_absent(error) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Reads a key, or the numbers of a keyring's keys. The kernel tells the whole length even where the
/// buffer is shorter, which `Key::read_to_vec` and `KeyRing::get_links` take for what was written.
fn read(key: Key) -> Result<Bytes, KeyError> {
    let mut bytes = Zeroizing::new(Vec::new());
    loop {
        let length = key.read(&mut *bytes)?;
        if length <= bytes.len() {
            bytes.truncate(length);
            return Ok(bytes);
        }
        bytes = Zeroizing::new(vec![0; length]);
    }
}

/// Finds the user keyring, and makes sure that this thread possesses it.
fn ring() -> Result<KeyRing, StoreError> {
    let ring = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
    KeyRing::from_special_id(KeyRingIdentifier::Process, true)?.link_keyring(ring)?;
    Ok(ring)
}

/// Lists the numbers of the keys in the user keyring.
fn serials() -> Result<Vec<i32>, StoreError> {
    let bytes = read(Key::from_id(KeySerialId::new(USER_KEYRING)))?;
    Ok(bytes.chunks_exact(4).map(|id| i32::from_ne_bytes([id[0], id[1], id[2], id[3]])).collect())
}

/// Tells what the kernel says of a key; none if it may not be told or is gone meanwhile.
/// (`Key::metadata` panics where somebody's description is longer than 512 bytes.)
fn describe(serial: i32) -> Option<String> {
    const KEYCTL_DESCRIBE: c_int = 6;
    let mut buffer = [0u8; MAX_DESCRIPTION];
    // SAFETY: the kernel writes at most the length that is passed, which is the buffer's.
    let length: c_long = unsafe {
        libc::syscall(libc::SYS_keyctl, KEYCTL_DESCRIBE, serial, buffer.as_mut_ptr(), buffer.len())
    };
    let described = buffer.get(..usize::try_from(length).ok()?)?;
    CStr::from_bytes_with_nul(described).ok()?.to_str().ok().map(str::to_owned)
}

fn is_absent(error: KeyError) -> bool {
    matches!(
        error,
        KeyError::KeyDoesNotExist
            | KeyError::MissingFileOrDirectory
            | KeyError::KeyRevoked
            | KeyError::KeyExpired
    )
}

impl From<KeyError> for StoreError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::QuotaExceeded => QUOTA,
            KeyError::OutOfMemory => Self::Full("the kernel has no memory left"),
            KeyError::AccessDenied | KeyError::PermissionDenied => Self::Unavailable(
                "the kernel does not let this process use its keyring (containers often forbid it)",
            ),
            KeyError::Unknown(libc::ENOSYS) => Self::Unavailable("this kernel has no keyring"),
            _ => Self::Unavailable("the kernel's keyring failed"),
        }
    }
}
