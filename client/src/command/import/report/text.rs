//! What became of each file, in words.

use super::{ANOTHER_STORE, Left, Report, Taken, outcome};
use crate::error::Error;
use crate::print::{Table, clean, count};
use crate::time::{expiry, now};

impl Report {
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if !self.imported.is_empty() {
            text += &self.table();
        }
        for Left { file, error } in &self.left_out {
            text += &line("left out", file, error);
        }
        text += &self.summary();
        for Taken { file, imported } in &self.imported {
            if let Some(trouble) = &imported.trouble {
                text += &line("not stored", file, &trouble.clone().into());
            }
        }
        for alike in self.not_shredded.chunk_by(|one, next| one.error == next.error) {
            text += &match alike {
                [Left { file, error }] => line("not shredded", file, error),
                [Left { error, .. }, ..] => line("not shredded", &count(alike.len(), "file"), error),
                [] => String::new(),
            };
        }
        text + &self.remains()
    }

    fn table(&self) -> String {
        let now = now();
        let mut table = Table::headed(["FILE", "KIND", "FOR", "RESULT", "ENDS"]);
        for Taken { file, imported } in &self.imported {
            let credential = &imported.credential;
            table.row([
                &short(file),
                credential.kind.words(),
                &credential.label,
                outcome(imported),
                &expiry(credential.expires, now),
            ]);
        }
        table.text()
    }

    fn summary(&self) -> String {
        if self.imported.is_empty() {
            return format!("Nothing in {} came in.\n", clean(&self.folder));
        }
        let came_in = count(self.imported.len(), "credential");
        match &self.store {
            Some(store) => {
                format!("{came_in} came in; store: {} ({}).\n", clean(&store.name), clean(&store.keeps))
            }
            None => format!("{came_in} came in before it stopped.\n"),
        }
    }

    /// Says what still lies on the disk in clear, once.
    fn remains(&self) -> String {
        let folder = clean(&self.folder);
        if !self.shredded.is_empty() {
            return format!("Shredded {} in {folder}.\n", count(self.shredded.len(), "file"));
        }
        if self.imported.is_empty() || self.shredding {
            return String::new();
        }
        let can_go = if self.forgets() {
            format!("they can go once a store outlives a reboot: {ANOTHER_STORE}")
        } else {
            "usher import --shred removes them".to_owned()
        };
        let left = count(self.imported.len(), "file");
        format!("  hint: {left} in {folder} still hold these in clear; {can_go}\n")
    }
}

fn line(what: &str, file: &str, error: &Error) -> String {
    let hint = if error.hint.is_empty() { String::new() } else { format!(" ({})", clean(&error.hint)) };
    format!("{what}: {}: {}{hint}\n", clean(&short(file)), clean(&error.message))
}

/// Shortens the AUD tag in a file's name, which no person reads.
fn short(name: &str) -> String {
    name.split('-')
        .map(|part| match part.len() == 64 && part.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => format!("{}…", &part[..8]),
            false => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_are_shortened_and_nothing_else() {
        let name = format!("app.example.test-{}-token", "3b01511e".repeat(8));
        assert_eq!(short(&name), "app.example.test-3b01511e…-token");
        assert_eq!(short("acme.cloudflareaccess.com-org-token"), "acme.cloudflareaccess.com-org-token");
    }
}
