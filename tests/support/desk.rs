//! A person's machine: a clean home with the real programs, a simulated edge on the network, and a
//! browser that approves every login by itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::edge::{Edge, Where};
use crate::home::{Home, Programs};
use crate::process::{Ran, run};
use crate::under_way::UnderWay;

/// Ends with the value, in this order: what runs in the home, then the edge.
pub struct Desk {
    /// The home.
    pub home: Home,
    /// What the agent takes for Cloudflare.
    pub edge: Edge,
    /// Where the program `edge` is, whose `open` is the browser.
    browsers: PathBuf,
}

impl Desk {
    /// Sets up a home whose agent forgets everything at its end. `browser` is the program `edge`.
    pub fn new(programs: Programs<'_>, browser: &str) -> Self {
        Self::with_store(programs, browser, |_| "store = \"memory\"\n".to_owned())
    }

    /// The same with another store: lines of the config file.
    pub fn with_store(programs: Programs<'_>, browser: &str, store: impl FnOnce(&Home) -> String) -> Self {
        let (home, edge) = (Home::new(programs), Edge::start());
        home.configure_online(&format!("{}{}", store(&home), edge.config()));
        let browsers = Path::new(browser).parent().expect("a program is in a folder").to_owned();
        Self { home, edge, browsers }
    }

    /// Prepares the client with these words, and with `BROWSER` set.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.home.command(self.home.program("usher"));
        command.args(words);
        self.give_browser(&mut command);
        command
    }

    /// Sets `BROWSER` for a command. It names no folder: at the spaces in one it would be split.
    pub fn give_browser(&self, command: &mut Command) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.browsers.clone()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).expect("folders of PATH");
        command.env("PATH", path).env("USHER_EDGE", self.edge.folder()).env("BROWSER", "edge open");
    }

    /// Runs the client to its end.
    pub fn usher(&self, words: &[&str]) -> Ran {
        self.usher_with_input(words, "")
    }

    /// Runs the client to its end with this input.
    pub fn usher_with_input(&self, words: &[&str], input: &str) -> Ran {
        run(self.command(words), input)
    }

    /// Starts the client, which goes on while the test does.
    pub fn begin(&self, words: &[&str]) -> UnderWay {
        UnderWay::start(self.command(words))
    }

    /// Counts the pages that browsers opened.
    pub fn pages(&self) -> usize {
        self.edge.log().count(|entry| entry.part == Where::Cli && entry.remote)
    }
}
