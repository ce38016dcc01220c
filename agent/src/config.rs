//! The config file: TOML in usher's folder, every key optional, an unknown one refused with its line.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use usher_proto::length::seconds;
use usher_proto::{AppPattern, Code, ProfileName, Refusal};

use crate::moment::Moment;

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
    /// Never go out: serve what was imported, and nothing else.
    #[serde(default)]
    pub offline: bool,
    /// PEM certificates of the authorities to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Hosts that are reached at an address of this machine: for tests, and for gateways that run here.
    #[serde(default)]
    pub hosts: BTreeMap<AppPattern, Loopback>,
    /// Whether who asks for what is noted in a log; so it is by default.
    pub audit: Option<bool>,
    /// When the agent locks itself; by default it does not.
    #[serde(default)]
    pub lock: LockItself,
    /// What is otherwise for a profile.
    #[serde(default)]
    pub profile: BTreeMap<ProfileName, ProfileConfig>,
}

/// What the config file says about a profile.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProfileConfig {
    /// When the agent locks this profile, and stays open for the others.
    #[serde(default)]
    pub lock: LockItself,
}

/// When the agent locks itself, as a whole and each profile alone.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Locks {
    /// As a whole.
    pub agent: LockItself,
    /// Profiles.
    pub profiles: BTreeMap<ProfileName, LockItself>,
}

impl Locks {
    /// Goes through all: none stands for the agent as a whole.
    pub fn each(&self) -> impl Iterator<Item = (Option<&ProfileName>, &LockItself)> {
        let profiles = self.profiles.iter().map(|(profile, lock)| (Some(profile), lock));
        std::iter::once((None, &self.agent)).chain(profiles)
    }
}

/// When the agent locks itself, or a profile.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockItself {
    /// After so many seconds in which nobody needs it.
    #[serde(default, deserialize_with = "length")]
    pub idle: Option<u32>,
    /// At these moments, where the system tells them.
    #[serde(default)]
    pub on: Vec<Moment>,
}

impl LockItself {
    /// Tells whether that is ever.
    pub fn is_wanted(&self) -> bool {
        self.idle.is_some() || !self.on.is_empty()
    }
}

fn length<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(input)?;
    match seconds(&text) {
        None | Some(0) => Err(D::Error::custom("not a length of time such as \"15m\" or \"1h30m\"")),
        length => Ok(length),
    }
}

/// An address of this machine, with its port. Another one would let whoever writes the config file
/// send credentials elsewhere without a word in DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SocketAddr")]
pub struct Loopback(pub SocketAddr);

impl TryFrom<SocketAddr> for Loopback {
    type Error = &'static str;

    fn try_from(address: SocketAddr) -> Result<Self, &'static str> {
        if address.ip().is_loopback() {
            Ok(Self(address))
        } else {
            Err("not an address of this machine, such as 127.0.0.1:8443")
        }
    }
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

/// Reads the text of a config file.
///
/// # Errors
/// It says something that is not known; the words name the line.
pub fn parse(text: &str) -> Result<Config, String> {
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
        let text = "store = \"file\"\nsealed-file = \"/a\"\npassphrase-file = \"/b\"\noffline = true\n\
            ca-file = \"/c\"\naudit = false\n[hosts]\n\"*.example.com\" = \"127.0.0.1:8443\"\n\
            [lock]\nidle = \"1h30m\"\non = [\"suspend\", \"screen-lock\", \"switch\"]\n\
            [profile.work.lock]\nidle = \"5m\"\n";
        let config = parse(text).expect("well formed");
        assert!(config.offline);
        assert_eq!(config.audit, Some(false));
        assert_eq!(config.ca_file.as_deref(), Some(Path::new("/c")));
        let hosts: Vec<_> = config.hosts.iter().map(|(app, at)| (app.as_str(), at.0.to_string())).collect();
        assert_eq!(hosts, [("*.example.com", "127.0.0.1:8443".to_owned())]);
        assert_eq!(config.store.as_deref(), Some("file"));
        assert_eq!(config.sealed_file.as_deref(), Some(Path::new("/a")));
        assert_eq!(config.passphrase_file.as_deref(), Some(Path::new("/b")));
        let on = vec![Moment::Suspend, Moment::ScreenLock, Moment::Switch];
        assert_eq!(config.lock, LockItself { idle: Some(5400), on });
        let profiles: Vec<_> =
            config.profile.iter().map(|(name, its)| (name.as_str(), its.lock.idle)).collect();
        assert_eq!(profiles, [("work", Some(300))]);
        assert_eq!(parse(""), Ok(Config::default()));
        assert!(!Config::default().lock.is_wanted());
    }

    #[test]
    fn names_the_line_of_a_mistake() {
        for (text, line) in [
            ("stor = \"file\"", 1),
            ("\n\nstore = 3", 3),
            ("store = \"memory\"\n\npasphrase-file = \"x\"", 3),
            ("store = \"memory", 1),
            ("store = \"memory\"\n[hosts]\n\"a.example\" = \"192.0.2.1:443\"", 3),
            ("[hosts]\n\"a.example\" = \"localhost:443\"", 2),
            ("[lock]\nidle = \"soon\"", 2),
            ("[lock]\n\nidle = \"0s\"", 3),
            ("[lock]\non = [\"lunch\"]", 2),
            ("[lock]\nscreen = true", 2),
            ("[profile.work]\nidle = \"5m\"", 2),
            ("\n[profile.\"no name\".lock]\nidle = \"5m\"", 2),
            ("[hosts]\n\"a.example/path?x\" = \"127.0.0.1:443\"", 2),
        ] {
            let error = parse(text).expect_err("a mistake");
            assert!(error.starts_with(&format!("line {line}:")), "{text:?}: {error}");
        }
    }
}
