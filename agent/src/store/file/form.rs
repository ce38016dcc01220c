//! The bytes of the sealed file.
//!
//! ```text
//! header   "usher box"  version u8  memory KiB u32  passes u32  lanes u32  salt [16]
//! sealed   nonce [24]  ciphertext  tag [16]          the header is its associated data
//! inside   any number of: name length u32, name, item length u32, item
//! ```
//!
//! Numbers are little-endian.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::seal::{Cost, Key, Salt};
use crate::store::StoreError;
use crate::store::items::Bytes;

const MAGIC: [u8; 9] = *b"usher box";
const VERSION: u8 = 1;
const HEADER: usize = 9 + 1 + 4 + 4 + 4 + 16;

/// How the file's key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) cost: Cost,
    pub(super) salt: Salt,
}

impl Header {
    pub(super) fn new(cost: Cost) -> Self {
        Self { cost, salt: Salt::random() }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend_from_slice(&MAGIC);
        bytes.push(VERSION);
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.salt.0);
        bytes
    }

    /// Reads the header; the second part is what is sealed.
    pub(super) fn split(bytes: &[u8]) -> Result<(Self, &[u8]), StoreError> {
        let not_ours = StoreError::Damaged("the file is no sealed file of usher's");
        let mut rest = Reader(bytes.strip_prefix(&MAGIC).ok_or(not_ours)?);
        match rest.take::<1>() {
            Some([VERSION]) => {}
            Some(_) => return Err(StoreError::Damaged("a newer version of usher wrote the sealed file")),
            None => return Err(not_ours),
        }
        let mut read = || {
            let cost = Cost { memory_kib: rest.number()?, passes: rest.number()?, lanes: rest.number()? };
            Some(Self { cost, salt: Salt(rest.take()?) })
        };
        let header = read().ok_or(not_ours)?;
        Ok((header, rest.0))
    }
}

/// What is inside: items by name.
#[derive(Default)]
pub(super) struct Contents(pub(super) BTreeMap<String, Bytes>);

impl Contents {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut rest = Reader(bytes);
        let mut items = BTreeMap::new();
        while !rest.0.is_empty() {
            // It was sealed with our key, so we wrote it: this is a mistake of ours, not an attack.
            let odd = StoreError::Damaged("the sealed file's items do not fit together");
            let name = rest.counted().and_then(|name| String::from_utf8(name.to_vec()).ok()).ok_or(odd)?;
            let item = rest.counted().ok_or(odd)?;
            items.insert(name, Zeroizing::new(item.to_vec()));
        }
        Ok(Self(items))
    }

    fn encode(&self) -> Result<Bytes, StoreError> {
        let length = self.0.iter().map(|(name, item)| 4 + name.len() + 4 + item.len()).sum();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        for part in self.0.iter().flat_map(|(name, item)| [name.as_bytes(), item]) {
            let length =
                u32::try_from(part.len()).map_err(|_| StoreError::Full("an item is larger than 4 GiB"))?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }
}

/// Makes the whole file.
pub(super) fn seal(key: &Key, header: &Header, contents: &Contents) -> Result<Vec<u8>, StoreError> {
    let mut file = header.encode();
    let sealed = key.seal(&file, &contents.encode()?);
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}
