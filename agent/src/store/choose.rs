//! Which store it is: the one asked for, else the one that was used before, else the first that works.
//!
//! Once chosen it stays that one. A store that fails later is reported and never replaced: what the
//! agent wrote to a weaker one behind a person's back would be a leak, and what it no longer finds in
//! the old one would look lost.

mod cannot;
mod probe;
mod remembered;

use std::path::PathBuf;
use std::time::Duration;

pub use self::cannot::CannotChoose;
use self::probe::{Candidate, DEADLINE, candidates, first_working};
use self::remembered::{recall, remember};
use super::file::{File, PassphraseSource};
use super::keyring::Keyring;
use super::memory::Memory;
use super::{Store, StoreName};

/// Names usher's items in the keyrings.
pub const SERVICE: &str = "usher";

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
        StoreName::Memory => Ok(Box::new(Memory)),
    }
}

#[cfg(test)]
mod tests;
