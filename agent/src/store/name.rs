//! The stores by name.

use std::fmt;
use std::str::FromStr;

use usher_proto::name::BadName;

/// The stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreName {
    /// The OS keyring.
    Keyring,
    /// The kernel's keyring, on Linux.
    Kernel,
    /// A sealed file.
    File,
    /// The agent's memory.
    Memory,
}

impl StoreName {
    /// Every store.
    pub const ALL: [Self; 4] = [Self::Keyring, Self::Kernel, Self::File, Self::Memory];

    /// The word for it in the config file and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Kernel => "kernel",
            Self::File => "file",
            Self::Memory => "memory",
        }
    }

    /// Tells how long it keeps a secret, in words.
    pub fn keeps(self) -> &'static str {
        match self {
            Self::Keyring | Self::File => "until removed",
            Self::Kernel => "until reboot",
            Self::Memory => "until the agent ends",
        }
    }

    /// Tells whether what it keeps is still there after a reboot.
    pub fn outlives_reboot(self) -> bool {
        match self {
            Self::Keyring | Self::File => true,
            Self::Kernel | Self::Memory => false,
        }
    }
}

impl FromStr for StoreName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(BadName { what: "a store", form: "keyring, kernel, file or memory" })
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a person may ask for: a store, or whichever works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// The store that was used before, else the first one that works.
    #[default]
    Auto,
    /// This one and no other.
    Store(StoreName),
}

impl FromStr for Choice {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => text
                .parse()
                .map(Self::Store)
                .map_err(|bad| BadName { form: "auto, keyring, kernel, file or memory", ..bad }),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.pad("auto"),
            Self::Store(name) => name.fmt(f),
        }
    }
}
