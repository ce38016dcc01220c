//! A sealed file: for machines without a keyring, and for those who want to carry it away.
//!
//! Nothing of it stays in memory but its key. Every call reads the file anew, and every change
//! writes a whole new one.

mod form;
mod passphrase;

use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use usher_proto::Secret;

use self::form::{Contents, Header};
pub use self::passphrase::PassphraseSource;
use super::items::{Bytes, Item, Items};
use super::{StoreError, disk};
use crate::seal::{Cost, Key};

/// How long to wait for an agent that is about to end: it holds the file until it has written the last.
const HANDOVER: Duration = Duration::from_secs(1);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Largest file that is read, in bytes: about 100,000 credentials.
const MAX_FILE: u64 = 256 * 1024 * 1024;

/// Keeps records in a sealed file. It starts closed, unless the passphrase lies in a file.
pub struct File {
    path: PathBuf,
    source: PassphraseSource,
    /// What a new file will cost to open; an old one says so itself.
    cost: Cost,
    door: Door,
    /// Held as long as this value lives, so that no two agents write.
    hold: Option<fs::File>,
}

enum Door {
    /// Nobody opened it yet.
    Untried,
    /// `close` was called.
    Closed(Header),
    Open(Key, Header),
}

impl File {
    /// Names the file; nothing is read before the first call.
    pub fn new(path: PathBuf, source: PassphraseSource) -> Self {
        Self { path, source, cost: Cost::default(), door: Door::Untried, hold: None }
    }

    /// Sets what a new file will cost to open.
    pub fn with_cost(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    fn open(&mut self, passphrase: &Secret) -> Result<(), StoreError> {
        let derive = |header: &Header| {
            Key::derive(passphrase, &header.salt, header.cost).map_err(|_| {
                StoreError::Unavailable("the sealed file asks for more memory than there is or than is sane")
            })
        };
        let opened = match self.read_file()? {
            Some(bytes) => {
                let (header, sealed) = Header::split(&bytes)?;
                let key = derive(&header)?;
                key.open(&header.encode(), sealed).map_err(|_| StoreError::WrongPassphrase)?;
                Door::Open(key, header)
            }
            None => {
                disk::make_folder(&self.path)?;
                self.take_hold()?;
                let header = Header::new(self.cost);
                let key = derive(&header)?;
                self.write_file(&form::seal(&key, &header, &Contents::default())?)?;
                Door::Open(key, header)
            }
        };
        self.door = opened;
        Ok(())
    }

    fn key(&mut self) -> Result<(&Key, Header), StoreError> {
        if let (Door::Untried, Some(passphrase)) = (&self.door, self.source.read()?) {
            self.open(&passphrase)?;
        }
        match &self.door {
            Door::Open(key, header) => Ok((key, *header)),
            Door::Closed(_) => Err(StoreError::NeedsPassphrase { new: false }),
            Door::Untried => Err(StoreError::NeedsPassphrase { new: !self.path.try_exists()? }),
        }
    }

    fn contents(&mut self) -> Result<Contents, StoreError> {
        self.take_hold_to_read()?;
        self.key()?;
        let bytes = self.read_file()?.ok_or(StoreError::Damaged("the sealed file is gone"))?;
        let (header, sealed) = Header::split(&bytes)?;
        let (key, ours) = self.key()?;
        let changed = StoreError::Damaged("something else changed the sealed file");
        if header != ours {
            return Err(changed);
        }
        Contents::decode(&key.open(&header.encode(), sealed).map_err(|_| changed)?)
    }

    fn change(&mut self, change: impl FnOnce(&mut Contents) -> bool) -> Result<(), StoreError> {
        let mut contents = self.contents()?;
        if !change(&mut contents) {
            return Ok(());
        }
        self.take_hold()?;
        let (key, header) = self.key()?;
        let sealed = form::seal(key, &header, &contents)?;
        self.write_file(&sealed)
    }

    fn read_file(&self) -> Result<Option<Bytes>, StoreError> {
        disk::read(&self.path, MAX_FILE).map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge => StoreError::Damaged("the sealed file is larger than 256 MiB"),
            _ => error.into(),
        })
    }

    fn write_file(&self, sealed: &[u8]) -> Result<(), StoreError> {
        if sealed.len() as u64 > MAX_FILE {
            return Err(StoreError::Full("a sealed file takes at most 256 MiB"));
        }
        Ok(disk::replace(&self.path, sealed)?)
    }

    fn take_hold(&mut self) -> Result<(), StoreError> {
        if self.hold.is_some() {
            return Ok(());
        }
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let file = disk::private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
        let end = Instant::now() + HANDOVER;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < end => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        disk::clean(&self.path);
        self.hold = Some(file);
        Ok(())
    }

    /// As `take_hold`, but where nobody can write reading is safe without.
    fn take_hold_to_read(&mut self) -> Result<(), StoreError> {
        match self.take_hold() {
            Err(StoreError::File(
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::NotFound,
            )) => Ok(()),
            other => other,
        }
    }
}

impl Items for File {
    fn names(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(self.contents()?.0.into_keys().collect())
    }

    fn read(&mut self, name: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.contents()?.0.remove(name))
    }

    fn read_all(&mut self) -> Result<Vec<(String, Bytes)>, StoreError> {
        Ok(self.contents()?.0.into_iter().collect())
    }

    fn write(&mut self, item: Item<'_>) -> Result<(), StoreError> {
        self.change(|contents| {
            contents.0.insert(item.name.to_owned(), Bytes::new(item.bytes.to_vec()));
            true
        })
    }

    fn remove(&mut self, name: &str) -> Result<(), StoreError> {
        self.change(|contents| contents.0.remove(name).is_some())
    }

    fn unlock(&mut self, passphrase: Option<&Secret>) -> Result<(), StoreError> {
        self.take_hold_to_read()?;
        match passphrase {
            Some(passphrase) => self.open(passphrase),
            None => match self.source.read()? {
                Some(passphrase) => self.open(&passphrase),
                None => self.key().map(drop),
            },
        }
    }

    fn close(&mut self) -> Option<Secret> {
        match std::mem::replace(&mut self.door, Door::Untried) {
            Door::Open(key, header) => {
                self.door = Door::Closed(header);
                Some(key.into_secret())
            }
            other => {
                self.door = other;
                None
            }
        }
    }

    fn reopen(&mut self, key: Secret) {
        if let (Door::Closed(header), Some(key)) = (&self.door, Key::from_secret(key)) {
            self.door = Door::Open(key, *header);
        }
    }
}
