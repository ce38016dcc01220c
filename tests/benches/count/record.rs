//! What was counted before, and a table of both.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// So much more, in parts of a hundred, is no matter: addresses differ from run to run, and what is looked up
/// by them.
const ALLOWED: u64 = 3;

/// Counts of before and of now.
pub(super) struct Record {
    compiler: String,
    /// As they stand in the file; none of another compiler.
    before: BTreeMap<String, u64>,
    now: Vec<(&'static str, u64)>,
    is_over: bool,
}

impl Record {
    /// Reads the file, and begins a table.
    pub(super) fn open() -> Self {
        let version = Command::new("rustc").arg("--version").output().expect("a compiler");
        let compiler = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let (first, counts) = text.split_once('\n').unwrap_or_default();
        let before = match first == compiler {
            true => counts.lines().filter_map(read).collect(),
            false => BTreeMap::new(),
        };
        say(&format!("{:<40}{:>12}{:>12}", compiler, "now", "before"));
        Self { compiler, before, now: Vec::new(), is_over: false }
    }

    /// Takes a count in, and tells how it was.
    pub(super) fn count(&mut self, what: &'static str, now: u64) {
        self.now.push((what, now));
        let Some(before) = self.before.get(what) else { return say(&format!("{what:<40}{now:>12}")) };
        let is_over = now * 100 > before * (100 + ALLOWED);
        self.is_over |= is_over;
        say(&format!("{what:<40}{now:>12}{before:>12}{}", if is_over { "  MORE" } else { "" }));
    }

    /// Writes the file anew if that is wanted; else tells whether something costs more than before.
    pub(super) fn close(self) -> ExitCode {
        if std::env::var_os("RECORD").is_some() {
            let mut text = format!("{}\n", self.compiler);
            for (what, count) in self.now {
                writeln!(text, "{what}: {count}").expect("a text takes all");
            }
            std::fs::write(path(), text).expect("the file can be written");
        } else if self.is_over {
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}

fn path() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", "counts.txt"].iter().collect()
}

fn read(line: &str) -> Option<(String, u64)> {
    let (what, count) = line.split_once(": ")?;
    Some((what.to_owned(), count.parse().ok()?))
}

/// Prints a line.
pub(super) fn say(line: &str) {
    writeln!(io::stdout(), "{line}").expect("somebody reads the table");
}
