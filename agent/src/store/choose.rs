//! Which store it is: the one asked for, else the one that was used before, else the first that works.
//!
//! Once chosen it stays that one. A store that fails later is reported and never replaced: what the
//! agent wrote to a weaker one behind a person's back would be a leak, and what it no longer finds in
//! the old one would look lost.

mod probe;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::probe::{Candidate, DEADLINE, candidates, first_working};
use super::file::{File, PassphraseSource};
use super::keyring::Keyring;
use super::memory::Memory;
use super::{Store, StoreError, StoreName, disk};

/// Names usher's items in the keyrings.
pub const SERVICE: &str = "usher";
/// Longest file that remembers a store, in bytes.
const MAX_REMEMBERED: u64 = 64;

/// What decides which store is opened, and how.
pub struct Settings {
    /// The store that a person asked for; none means whichever works.
    pub asked: Option<Asked>,
    /// The file that remembers which store it is.
    pub remembered_in: PathBuf,
    /// Where the sealed file is or will be.
    pub file: PathBuf,
    /// Where the sealed file's passphrase comes from.
    pub passphrase: PassphraseSource,
}

impl Settings {
    /// Tells whether the sealed file is what will be opened.
    pub fn takes_file(&self) -> bool {
        let remembered = || recall(&self.remembered_in).ok().flatten();
        self.asked.map(|asked| asked.store).or_else(remembered) == Some(StoreName::File)
    }
}

/// A store that a person asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Which.
    pub store: StoreName,
    /// How, in words that end a sentence: `with --store`, `in the config file`.
    pub how: &'static str,
}

/// An open store.
pub struct Opened {
    /// The store.
    pub store: Box<dyn Store>,
    /// Which it is.
    pub name: StoreName,
    /// Why this one, in words.
    pub chosen: String,
    /// What a person should know now, if anything: a store chosen for the first time, another store
    /// than before, a choice that could not be remembered.
    pub notice: Option<String>,
}

/// Why no store was opened. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannotChoose {
    /// None of those that may be taken without asking works.
    NoneWorks {
        /// What was tried, and what became of it.
        tried: String,
    },
    /// This system does not have the store.
    NotHere(StoreName),
    /// The file that remembers the store holds something else.
    BadMemory(PathBuf),
    /// The file that remembers the store cannot be read.
    Unreadable(PathBuf, StoreError),
}

impl CannotChoose {
    /// Says what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoneWorks { .. } => {
                "use `--store file` for a file sealed with a passphrase, or `--store memory` to forget \
                 everything when the agent ends"
            }
            Self::NotHere(_) => "use `--store auto`, or another store",
            Self::BadMemory(_) => "name the store once with `--store`",
            Self::Unreadable(..) => "make it readable, or name the store with `--store`",
        }
    }
}

impl fmt::Display for CannotChoose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneWorks { tried } => write!(f, "no store works here ({tried})"),
            Self::NotHere(name) => write!(f, "the store `{name}` does not exist on this system"),
            Self::BadMemory(path) => {
                write!(f, "{} should name the store that is used, and does not", path.display())
            }
            Self::Unreadable(path, why) => {
                write!(f, "{}, which names the store that is used, cannot be read: {why}", path.display())
            }
        }
    }
}

impl std::error::Error for CannotChoose {}

/// Opens the store that is asked for, else the one remembered, else the first that works.
///
/// Only the last is tried first. The others show what is wrong with them when they are used.
///
/// # Errors
/// Nothing works, or it cannot be told which store was used before.
pub fn open(settings: Settings) -> Result<Opened, CannotChoose> {
    open_among(settings, candidates(), DEADLINE)
}

fn open_among(
    settings: Settings,
    candidates: Vec<Candidate>,
    deadline: Duration,
) -> Result<Opened, CannotChoose> {
    let remembered = recall(&settings.remembered_in);
    let (name, chosen, mut notice) = match (settings.asked, remembered) {
        (Some(Asked { store, how }), remembered) => {
            let before = remembered.ok().flatten().filter(|before| *before != store);
            let notice = before.map(|before| {
                format!(
                    "the store is now {store}; credentials in the store {before} stay there, and come \
                     back into use with `--store {before}`"
                )
            });
            (store, format!("asked for {how}"), notice)
        }
        (None, Err(error)) => return Err(error),
        (None, Ok(Some(name))) => (name, "used before".to_owned(), None),
        (None, Ok(None)) => {
            let (name, why) =
                first_working(candidates, deadline).map_err(|tried| CannotChoose::NoneWorks { tried })?;
            let notice = format!("credentials are kept in the store {name} {}: {why}", name.keeps());
            (name, why, Some(notice))
        }
    };
    let store = construct(name, settings.file, settings.passphrase)?;
    if name != StoreName::Memory
        && let Err(error) = remember(&settings.remembered_in, name)
    {
        let trouble = format!(
            "the choice of the store {name} could not be remembered in {}: {error}",
            settings.remembered_in.display()
        );
        notice = Some(notice.map_or(trouble.clone(), |notice| format!("{notice}; {trouble}")));
    }
    Ok(Opened { store, name, chosen, notice })
}

fn construct(
    name: StoreName,
    file: PathBuf,
    passphrase: PassphraseSource,
) -> Result<Box<dyn Store>, CannotChoose> {
    match name {
        StoreName::Keyring => Ok(Box::new(Keyring::new(SERVICE))),
        #[cfg(target_os = "linux")]
        StoreName::Kernel => Ok(Box::new(super::kernel::Kernel::new(SERVICE))),
        #[cfg(not(target_os = "linux"))]
        StoreName::Kernel => Err(CannotChoose::NotHere(name)),
        StoreName::File => Ok(Box::new(File::new(file, passphrase))),
        StoreName::Memory => Ok(Box::<Memory>::default()),
    }
}

fn recall(path: &Path) -> Result<Option<StoreName>, CannotChoose> {
    let bytes = disk::read(path, MAX_REMEMBERED).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => CannotChoose::BadMemory(path.to_owned()),
        _ => CannotChoose::Unreadable(path.to_owned(), error.into()),
    })?;
    let Some(bytes) = bytes else { return Ok(None) };
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        // Memory must be asked for each time, so nobody but a person can have written it.
        .filter(|name| *name != StoreName::Memory)
        .map(Some)
        .ok_or_else(|| CannotChoose::BadMemory(path.to_owned()))
}

fn remember(path: &Path, name: StoreName) -> Result<(), StoreError> {
    if matches!(recall(path), Ok(Some(before)) if before == name) {
        return Ok(());
    }
    disk::make_folder(path)?;
    Ok(disk::replace(path, format!("{name}\n").as_bytes())?)
}

#[cfg(test)]
mod tests;
