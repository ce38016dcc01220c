//! What cloudflared is asked to do, as far as that concerns us: its words are its own.

use std::ffi::OsString;

/// Flags that stand alone; of the others the next word is the value. One that is missing here hides the
/// command behind it: nothing is done for that command then, and cloudflared says what it lacks.
const ALONE: [&str; 24] = [
    "autoupdate",
    "bastion",
    "f",
    "force",
    "h",
    "hello-world",
    "help",
    "http2-origin",
    "i",
    "invert-sort",
    "is-autoupdated",
    "no-autoupdate",
    "no-chunked-encoding",
    "no-tls-verify",
    "overwrite-dns",
    "post-quantum",
    "pq",
    "proxy-no-happy-eyeballs",
    "rd",
    "show-deleted",
    "show-recently-disconnected",
    "socks5",
    "v",
    "version",
];
/// What `cloudflared tunnel` does with the account. `run` is not there: it needs a token, not the account.
const OF_THE_ACCOUNT: [&str; 8] = ["cleanup", "create", "delete", "info", "list", "route", "token", "vnet"];

/// The words, taken apart.
#[derive(Debug)]
pub(super) struct Words<'w> {
    /// The command and the one below it; empty where there is none.
    commands: [&'w str; 2],
    /// The names of the flags before and between them.
    flags: Vec<&'w str>,
    /// What follows.
    arguments: Vec<&'w str>,
}

/// What there is for us to do besides running it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Task<'w> {
    /// It makes a tunnel with this name, and a file for it that nobody named.
    Create(&'w str),
    /// It removes these tunnels.
    Delete(Vec<&'w str>),
    /// Nothing.
    Other,
}

impl<'w> Words<'w> {
    pub(super) fn read(words: &'w [OsString]) -> Self {
        let mut read = Self { commands: [""; 2], flags: Vec::new(), arguments: Vec::new() };
        let mut words = words.iter().map(|word| word.to_str().unwrap_or("\u{fffd}"));
        let mut level = 0;
        while let Some(word) = words.next() {
            if let Some(flag) = word.strip_prefix('-').filter(|flag| !flag.is_empty()) {
                let flag = flag.strip_prefix('-').unwrap_or(flag);
                if flag.is_empty() {
                    continue; // the end of the flags
                }
                let (name, value) =
                    flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
                read.flags.push(name);
                if value.is_none() && !ALONE.contains(&name) {
                    words.next();
                }
            } else if level < 2 {
                read.commands[level] = word;
                level += 1;
            } else {
                // From the first argument on cloudflared reads no flags.
                read.arguments.push(word);
                read.arguments.extend(words.by_ref());
            }
        }
        read
    }

    /// Tells whether it works on the account, with a certificate that the person does not name.
    pub(super) fn want_certificate(&self) -> bool {
        let wanted = match self.commands {
            ["tunnel", below] => OF_THE_ACCOUNT.contains(&below),
            ["tail" | "management", _] => true,
            _ => false,
        };
        wanted && !self.have(&["origincert", "help", "h"])
    }

    pub(super) fn task(&self) -> Task<'w> {
        match (self.commands, &*self.arguments) {
            _ if self.have(&["help", "h"]) => Task::Other,
            (["tunnel", "create"], [name]) if !self.have(&["credentials-file", "cred-file"]) => {
                Task::Create(name)
            }
            (["tunnel", "delete"], tunnels @ [_, ..]) => Task::Delete(tunnels.to_vec()),
            _ => Task::Other,
        }
    }

    fn have(&self, names: &[&str]) -> bool {
        self.flags.iter().any(|flag| names.contains(flag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split_ascii_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_certificate_is_for_what_works_on_the_account() {
        for (text, wants) in [
            ("tunnel list", true),
            ("tunnel --loglevel info list --output json", true),
            ("--no-autoupdate tunnel route dns web web.example.com", true),
            ("tail web", true),
            ("tunnel run web", false),
            ("tunnel --loglevel list", false),
            ("tunnel login", false),
            ("tunnel --origincert cert.pem list", false),
            ("tunnel list --help", false),
            ("tunnel", false),
            ("access token --app=https://app.example.com", false),
            ("--version", false),
        ] {
            assert_eq!(Words::read(&words(text)).want_certificate(), wants, "{text}");
        }
    }

    #[test]
    fn tunnels_that_are_made_and_removed_are_noticed() {
        for (text, task) in [
            ("tunnel create web", Task::Create("web")),
            ("tunnel create --output json -s c2VjcmV0 web", Task::Create("web")),
            ("tunnel --no-autoupdate --api-url=https://x create -- web", Task::Create("web")),
            ("tunnel create", Task::Other),
            ("tunnel create a b", Task::Other),
            ("tunnel create --cred-file here.json web", Task::Other),
            ("tunnel --credentials-file=here.json create web", Task::Other),
            ("tunnel create --help web", Task::Other),
            ("tunnel delete -f web api", Task::Delete(vec!["web", "api"])),
            ("tunnel delete --force web -x", Task::Delete(vec!["web", "-x"])),
            ("tunnel list", Task::Other),
        ] {
            assert_eq!(Words::read(&words(text)).task(), task, "{text}");
        }
    }
}
