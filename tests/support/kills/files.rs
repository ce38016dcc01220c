//! What lies in files: their names, and whether any holds a secret.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A file tells a secret if so many bytes of it stand there in a row, twice as many if they begin anywhere.
const PIECE: usize = 24;

/// Pieces of secrets, as they are and in base64.
#[derive(Default)]
pub struct Secrets {
    pieces: HashSet<Vec<u8>>,
    whole: HashSet<String>,
}

impl Secrets {
    /// Looks for one more.
    pub fn add(&mut self, secret: &str) {
        if !self.whole.insert(secret.to_owned()) {
            return;
        }
        self.add_pieces(secret.as_bytes());
        // In base64 three bytes become four, so it matters where the secret begins.
        for skipped in 0..3.min(secret.len()) {
            self.add_pieces(STANDARD.encode(&secret.as_bytes()[skipped..]).as_bytes());
        }
    }

    fn add_pieces(&mut self, bytes: &[u8]) {
        self.pieces.extend(bytes.chunks_exact(PIECE).map(<[u8]>::to_vec));
    }

    /// Tells whether bytes hold a piece of any of them.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(PIECE).any(|window| self.pieces.contains(window))
    }

    /// Lists the files below a folder that hold any.
    pub fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        let mut all: Vec<_> = below(folder).into_iter().map(|file| folder.join(file)).collect();
        all.retain(|file| match fs::read(file) {
            Ok(bytes) => self.are_in(&bytes),
            // Somebody else's program may have a file of its own that goes away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => panic!("{}: {error}", file.display()),
        });
        all
    }
}

/// Lists the plain files below a folder, by their paths from there. Programs are left out.
pub fn below(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => _ = found.insert(entry.path()),
                _ => {}
            }
        }
    }
    let found = found.into_iter().filter(|file| !file.starts_with(folder.join("bin")));
    found.map(|file| file.strip_prefix(folder).expect("it is below").to_owned()).collect()
}
