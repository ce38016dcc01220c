//! Lends secrets to a program that is about to be started: in its environment, under the path of a
//! descriptor, or in a private file. None of the ways is an argument, which everybody can read.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use usher_proto::{Secret, Wiped};

use crate::descriptor::Descriptor;
use crate::error::{Error, Own};
use crate::private::Private;
use crate::streams::Streams;

/// How a program gets a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The variable holds the secret itself.
    Environment,
    /// The variable holds a path, which is a descriptor's.
    Descriptor,
    /// The variable holds a path, which is a file's.
    File,
}

/// What is to be lent.
#[derive(Debug)]
pub(crate) struct Loan {
    /// The variable that tells the program.
    pub(crate) variable: String,
    /// How.
    pub(crate) way: Way,
    /// The secret itself.
    pub(crate) secret: Arc<Secret>,
}

/// What was lent; it must live as long as the program runs.
#[derive(Default)]
pub(crate) struct Lent {
    descriptors: Vec<Descriptor>,
    folder: Option<Private>,
}

impl Lent {
    /// Lends to the program that this command will start, and to no other. Nothing of it stays here while
    /// that runs.
    pub(crate) fn lend(
        &mut self,
        loan: Loan,
        command: &mut Command,
        streams: &mut Streams<'_>,
    ) -> Result<(), Error> {
        let Loan { variable, way, secret } = loan;
        match way {
            Way::Environment => {
                let text = std::str::from_utf8(secret.expose()).map_err(io::Error::other);
                command.env(variable, text.map_err(failed)?);
            }
            Way::Descriptor => {
                command.env(variable, self.descriptor(&secret)?);
            }
            Way::File => {
                let path = self.folder(streams)?.write(&variable, secret.expose()).map_err(failed)?;
                command.env(variable, path);
            }
        }
        Ok(())
    }

    /// Lends under a descriptor, and tells its path.
    pub(crate) fn descriptor(&mut self, secret: &Secret) -> Result<PathBuf, Error> {
        let content = Wiped::from(secret.expose().to_vec());
        let descriptor = Descriptor::holding(content).map_err(failed)?;
        let path = descriptor.path();
        self.descriptors.push(descriptor);
        Ok(path)
    }

    /// Ends the loan once the program has ended.
    pub(crate) fn end(self) -> Result<(), Error> {
        self.folder.map_or(Ok(()), Private::remove)
    }

    fn folder(&mut self, streams: &mut Streams<'_>) -> Result<&Private, Error> {
        match &mut self.folder {
            Some(folder) => Ok(folder),
            none => {
                let made = Private::for_loans()?;
                if made.on_disk {
                    streams.tell(ON_DISK);
                }
                Ok(none.insert(made))
            }
        }
    }
}

fn failed(error: io::Error) -> Error {
    Error::new(Own::Files, format!("a secret cannot be lent: {error}"), "lend it in another way: see --as")
}

/// Says what is not as good as it could be.
pub(crate) const ON_DISK: &str = "usher: this system has no folder in memory, so the file lies on a disk until \
    the program ends; it is overwritten then, but copies may stay\n";

/// Tells whether a text can name a variable in every shell.
pub(crate) fn is_variable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_in_the_environment_only_where_that_was_chosen() {
        let secret = Arc::new(Secret::new(b"canary".to_vec()).expect("not empty"));
        let (mut input, mut output, mut errors) = (io::empty(), Vec::new(), Vec::new());
        let mut streams = Streams::standard(&mut input, &mut output, &mut errors);
        for (way, shows) in [(Way::Environment, true), (Way::Descriptor, false), (Way::File, false)] {
            let (mut lent, mut command) = (Lent::default(), Command::new("x"));
            let loan = Loan { variable: "IT".to_owned(), way, secret: Arc::clone(&secret) };
            lent.lend(loan, &mut command, &mut streams).expect("room");
            let value = command.get_envs().find_map(|(name, value)| (name == "IT").then_some(value));
            let value = value.flatten().expect("it is set").to_owned();
            assert_eq!(value == "canary", shows, "{way:?}");
            if !shows {
                assert_eq!(std::fs::read(&value).expect("a path"), b"canary", "{way:?}");
            }
            lent.end().expect("ours");
            assert!(way != Way::File || !std::path::Path::new(&value).exists());
        }
    }

    #[test]
    fn names_of_variables() {
        for good in ["A", "_a1", "TUNNEL_TOKEN_FILE"] {
            assert!(is_variable(good), "{good}");
        }
        for bad in ["", "1A", "A-B", "a.b", "é", "A B"] {
            assert!(!is_variable(bad), "{bad}");
        }
    }
}
