//! Bytes that are wiped when they are dropped.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// A vector of bytes that is overwritten when it is dropped, with all that it has room for.
///
/// `Zeroizing` promises the same and keeps it byte by byte, which was a fifth of the work for a
/// lookup. Here the bytes are filled at once, and a barrier keeps the compiler from leaving that out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wiped(Vec<u8>);

impl Wiped {
    /// Makes so many zeros.
    pub fn zeros(length: usize) -> Self {
        Self(vec![0; length])
    }
}

impl From<Vec<u8>> for Wiped {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wiped(..)")
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        let room = self.0.capacity();
        self.0.clear();
        self.0.resize(room, 0); // fills all of it, and moves nothing
        zeroize::optimization_barrier(self.0.as_slice());
    }
}

/// Overwrites bytes with zeros, also when nobody will read them.
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    zeroize::optimization_barrier(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wipes_what_it_is_given_and_nothing_else() {
        let mut bytes = *b"keep secret keep";
        wipe(&mut bytes[5..11]);
        assert_eq!(&bytes, b"keep \0\0\0\0\0\0 keep");
    }

    #[test]
    fn prints_as_nothing() {
        assert_eq!(format!("{:?}", Wiped::from(b"canary".to_vec())), "Wiped(..)");
    }
}
