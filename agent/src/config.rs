//! The config file: TOML in usher's folder, every key optional, an unknown one refused with its line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use usher_proto::{Code, Refusal};

/// What the config file says.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where secrets are kept: auto, keyring, kernel, file or memory.
    pub store: Option<String>,
    /// The sealed file of the file store; by default it is in usher's data folder.
    pub sealed_file: Option<PathBuf>,
    /// A file that holds the sealed file's passphrase; without one, `usher unlock` asks.
    pub passphrase_file: Option<PathBuf>,
}

/// Reads the config file at `path`; the standard one may be missing.
///
/// # Errors
/// It cannot be read, or says something that is not known; the words name the line.
pub fn read(path: &Path, may_be_missing: bool) -> Result<Config, Refusal> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(|what| {
            Refusal::new(
                Code::BadRequest,
                format!("{} is not understood: {what}", path.display()),
                "the README lists the keys of the config file",
            )
        }),
        Err(error) if may_be_missing && error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(Refusal::new(
            Code::BadRequest,
            format!("{} cannot be read: {}", path.display(), error.kind()),
            "name another file with --config, or correct this one",
        )),
    }
}

fn parse(text: &str) -> Result<Config, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1;
        format!("line {line}: {}", error.message().replace('\n', ", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_key() {
        let config =
            parse("store = \"file\"\nsealed-file = \"/a\"\npassphrase-file = \"/b\"\n").expect("well formed");
        assert_eq!(config.store.as_deref(), Some("file"));
        assert_eq!(config.sealed_file.as_deref(), Some(Path::new("/a")));
        assert_eq!(config.passphrase_file.as_deref(), Some(Path::new("/b")));
        assert_eq!(parse(""), Ok(Config::default()));
    }

    #[test]
    fn names_the_line_of_a_mistake() {
        for (text, line) in [
            ("stor = \"file\"", 1),
            ("\n\nstore = 3", 3),
            ("store = \"memory\"\n\npasphrase-file = \"x\"", 3),
            ("store = \"memory", 1),
        ] {
            let error = parse(text).expect_err("a mistake");
            assert!(error.starts_with(&format!("line {line}:")), "{text:?}: {error}");
        }
    }
}
