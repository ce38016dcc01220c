//! Large items on a backend that takes small ones only.
//!
//! An item that fits is kept as `=` and its bytes. A larger one becomes chunks `NAME~GENERATION~NUMBER`
//! and, under its own name, a manifest `#GENERATION COUNT LENGTH`. The chunks of a new generation come
//! first, then the manifest, then the old chunks go: whenever it is cut short, the name leads to the
//! old or to the new item. Chunks that no manifest leads to are removed by the next `read_all`.

// Used on Windows; everywhere else only tested.
#![cfg_attr(not(windows), allow(dead_code, reason = "the Credential Manager is the one that needs it"))]

use std::fmt;
use std::str::FromStr;

use super::StoreError;
use super::items::{Bytes, Item, Items};

/// Stands between the parts of a chunk's name; no credential's id has one.
const SEPARATOR: char = '~';
/// First byte of an item that is whole.
const WHOLE: u8 = b'=';
/// First byte of a manifest.
const MANIFEST: u8 = b'#';

const MISSING: StoreError = StoreError::Damaged("a part of it is missing");

/// Splits what is larger than `limit` bytes.
pub(crate) struct Chunked<I> {
    inner: I,
    limit: usize,
}

impl<I: Items> Chunked<I> {
    pub(crate) fn new(inner: I, limit: usize) -> Self {
        Self { inner, limit }
    }

    fn manifest(&mut self, name: &str) -> Result<Option<Manifest>, StoreError> {
        let found = self.inner.read(name)?;
        found.as_deref().and_then(|found| found.strip_prefix(&[MANIFEST])).map(Manifest::read).transpose()
    }

    fn write_large(&mut self, item: &Item<'_>, manifest: Manifest) -> Result<(), StoreError> {
        for (number, part) in (0..).zip(item.bytes.chunks(self.limit)) {
            let name = chunk(item.name, manifest.generation, number);
            self.inner.write(Item { name: &name, label: item.label, bytes: part })?;
        }
        let bytes = manifest.to_string();
        self.inner.write(Item { bytes: bytes.as_bytes(), ..*item })
    }

    /// Chunks that stay behind cost room and nothing else, so this does not fail.
    fn remove_chunks(&mut self, name: &str, old: Option<Manifest>) {
        for number in 0..old.map_or(0, |old| old.count) {
            let generation = old.map_or(0, |old| old.generation);
            if self.inner.remove(&chunk(name, generation, number)).is_err() {
                log::warn!(
                    "store: a part of the old {} stays behind until the next load",
                    name.escape_debug()
                );
                return;
            }
        }
    }
}

impl<I: Items> Items for Chunked<I> {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        let mut names = self.inner.names()?;
        names.retain(|name| !name.contains(SEPARATOR));
        Ok(names)
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let Some(mut found) = self.inner.read(name)? else { return Ok(None) };
        match found.first() {
            Some(&WHOLE) => {
                found.remove(0);
                Ok(Some(found))
            }
            Some(&MANIFEST) => {
                let manifest = Manifest::read(&found[1..])?;
                let mut bytes = Bytes::new(Vec::with_capacity(manifest.length));
                for number in 0..manifest.count {
                    let part = self.inner.read(&chunk(name, manifest.generation, number))?;
                    let part = part.ok_or(MISSING)?;
                    if part.len() > manifest.length - bytes.len() {
                        return Err(MISSING); // it must not grow: that would leave a copy behind
                    }
                    bytes.extend_from_slice(&part);
                }
                if bytes.len() == manifest.length { Ok(Some(bytes)) } else { Err(MISSING) }
            }
            _ => Err(StoreError::Damaged("it is neither an item nor a manifest")),
        }
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        // A manifest that cannot be read is replaced; its chunks go with the next `read_all`.
        let old = match self.manifest(item.name) {
            Err(StoreError::Damaged(_)) => None,
            other => other?,
        };
        if item.bytes.len() < self.limit {
            let mut bytes = Bytes::new(Vec::with_capacity(item.bytes.len() + 1));
            bytes.push(WHOLE);
            bytes.extend_from_slice(item.bytes);
            self.inner.write(Item { bytes: &bytes, ..item })?;
        } else {
            let new = Manifest {
                generation: old.map_or(0, |old| old.generation.wrapping_add(1)),
                count: u32::try_from(item.bytes.len().div_ceil(self.limit))
                    .map_err(|_| StoreError::Full("an item has too many parts"))?,
                length: item.bytes.len(),
            };
            if let Err(error) = self.write_large(&item, new) {
                self.remove_chunks(item.name, Some(new));
                return Err(error);
            }
        }
        self.remove_chunks(item.name, old);
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        let old = match self.manifest(name) {
            Err(StoreError::Damaged(_)) => None,
            other => other?,
        };
        self.inner.remove(name)?;
        self.remove_chunks(name, old);
        Ok(())
    }

    fn read_all(&mut self) -> Result<Vec<(String, Bytes)>, StoreError> {
        let all = self.inner.names()?;
        let mut items = Vec::new();
        for name in all.iter().filter(|name| !name.contains(SEPARATOR)) {
            match self.read(name) {
                Ok(Some(bytes)) => items.push((name.clone(), bytes)),
                Ok(None) => {}
                Err(StoreError::Damaged(how)) => {
                    log::warn!("store: {} is left out: {how}", name.escape_debug())
                }
                Err(error) => return Err(error),
            }
        }
        for name in all.iter().filter(|name| name.contains(SEPARATOR)) {
            let mut parts = name.split(SEPARATOR);
            let (base, generation) = (parts.next().unwrap_or_default(), parts.next());
            let owner = self.manifest(base);
            let wanted = owner.map(|owner| owner.map(|owner| owner.generation.to_string()));
            // One that cannot be read now keeps its chunks.
            if wanted.is_ok_and(|wanted| wanted.as_deref() != generation) {
                self.inner.remove(name)?;
            }
        }
        Ok(items)
    }
}

fn chunk(name: &str, generation: u32, number: u32) -> String {
    format!("{name}{SEPARATOR}{generation}{SEPARATOR}{number}")
}

#[derive(Clone, Copy)]
struct Manifest {
    generation: u32,
    count: u32,
    length: usize,
}

/// Longest item that is believed, in bytes; nothing of usher's comes near.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

impl Manifest {
    fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(StoreError::Damaged("its manifest cannot be read"))
    }
}

impl FromStr for Manifest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(' ');
        let mut next = || parts.next().ok_or(());
        let manifest = Self {
            generation: next()?.parse().map_err(drop)?,
            count: next()?.parse().map_err(drop)?,
            length: next()?.parse().map_err(drop)?,
        };
        if parts.next().is_none() && manifest.length <= MAX_LENGTH { Ok(manifest) } else { Err(()) }
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { generation, count, length } = self;
        write!(f, "{}{generation} {count} {length}", char::from(MANIFEST))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const LIMIT: usize = 16;

    /// Items in a map that takes no more than [`LIMIT`] bytes, and dies after so many calls.
    #[derive(Default, Clone)]
    struct Frail {
        items: BTreeMap<String, Vec<u8>>,
        calls_left: Option<usize>,
    }

    impl Frail {
        fn call(&mut self) -> Result<(), StoreError> {
            match &mut self.calls_left {
                Some(0) => Err(StoreError::Unavailable("dead")),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }

    impl Items for Frail {
        fn names(&mut self) -> Result<Vec<String>, StoreError> {
            self.call()?;
            Ok(self.items.keys().cloned().collect())
        }
        fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
            self.call()?;
            Ok(self.items.get(name).cloned().map(Bytes::new))
        }
        fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
            self.call()?;
            assert!(item.bytes.len() <= LIMIT, "{} is {} bytes long", item.name, item.bytes.len());
            self.items.insert(item.name.to_owned(), item.bytes.to_vec());
            Ok(())
        }
        fn remove(&mut self, name: &str) -> Result<(), StoreError> {
            self.call()?;
            self.items.remove(name);
            Ok(())
        }
    }

    fn write(items: &mut Chunked<Frail>, bytes: &[u8]) -> Result<(), StoreError> {
        items.write(Item { name: "a", label: "", bytes })
    }

    fn holding(bytes: Option<&[u8]>) -> Chunked<Frail> {
        let mut items = Chunked::new(Frail::default(), LIMIT);
        if let Some(bytes) = bytes {
            write(&mut items, bytes).expect("a healthy map");
        }
        items
    }

    fn text(length: usize, first: u8) -> Vec<u8> {
        (0..length).map(|at| first.wrapping_add(u8::try_from(at % 64).expect("small"))).collect()
    }

    #[test]
    fn items_of_every_length_come_back() {
        for length in 0..100 {
            let bytes = text(length, b'0');
            let mut items = holding(Some(&bytes));
            assert_eq!(items.read("a").expect("reads").as_deref(), Some(&bytes), "{length} bytes");
            assert_eq!(items.names().expect("lists"), ["a"]);
            items.remove("a").expect("removes");
            assert!(items.inner.items.is_empty(), "{length} bytes left {:?}", items.inner.items.keys());
        }
    }

    /// A crash before each single call of a replacement, and of a removal, with items that fit and
    /// items that do not.
    #[test]
    fn a_crash_at_any_point_leaves_the_old_or_the_new_one_and_no_litter() {
        let lengths = [None, Some(3), Some(40), Some(70)];
        for (old, new) in lengths.iter().flat_map(|old| lengths.map(|new| (*old, new))) {
            let (old, new) = (old.map(|length| text(length, b'0')), new.map(|length| text(length, b'A')));
            for calls in 0.. {
                let mut items = holding(old.as_deref());
                items.inner.calls_left = Some(calls);
                let done = match &new {
                    Some(new) => write(&mut items, new),
                    None => items.remove("a"),
                };
                let all_calls_done = items.inner.calls_left != Some(0);
                items.inner.calls_left = None;
                let found = items.read("a").expect("whole").map(|found| found.to_vec());
                assert!(found == old || found == new, "{calls} calls: neither the old nor the new");
                if done.is_ok() {
                    assert_eq!(found, new, "{calls} calls: it said that it was done");
                }
                let loaded = items.read_all().expect("loads");
                assert_eq!(loaded.len(), usize::from(found.is_some()));
                let mut fresh = holding(None);
                if let Some(found) = &found {
                    write(&mut fresh, found).expect("a healthy map");
                }
                let count = |items: &Chunked<Frail>| items.inner.items.len();
                assert_eq!(count(&items), count(&fresh), "{calls} calls: litter");
                if all_calls_done {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_store_without_room_for_the_new_one_keeps_the_old_one() {
        for calls in 1..5 {
            let old = text(40, b'0');
            let mut items = holding(Some(&old));
            items.inner.calls_left = Some(calls);
            assert!(write(&mut items, &text(70, b'A')).is_err());
            items.inner.calls_left = None;
            assert_eq!(items.read("a").expect("whole").as_deref(), Some(&old));
        }
    }

    #[test]
    fn a_missing_part_is_an_error_and_does_not_hide_the_others() {
        let mut items = holding(Some(&text(40, b'0')));
        items.write(Item { name: "b", label: "", bytes: b"small" }).expect("a healthy map");
        items.inner.items.remove("a~0~1").expect("a part");
        assert_eq!(items.read("a"), Err(MISSING));
        let loaded = items.read_all().expect("loads");
        assert_eq!(loaded.len(), 1);
        assert_eq!(loaded[0].0, "b");
        let new = text(50, b'A');
        write(&mut items, &new).expect("it can be replaced");
        assert_eq!(items.read("a").expect("whole").as_deref(), Some(&new));
    }

    #[test]
    fn a_manifest_of_nonsense_is_damage() {
        for nonsense in ["#", "#1", "#1 2", "#1 2 x", "#1 2 3 4", "#0 1 99999999999", "#-1 1 1", "?", ""] {
            let mut items = holding(None);
            items.inner.items.insert("a".to_owned(), nonsense.into());
            assert!(matches!(items.read("a"), Err(StoreError::Damaged(_))), "{nonsense}");
            write(&mut items, b"new").expect("it can be replaced");
            assert_eq!(items.read("a").expect("whole").as_deref().map(Vec::as_slice), Some(&b"new"[..]));
        }
    }
}
