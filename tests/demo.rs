//! `cargo demo`: the main job, shown from end to end with the real programs in a home of their own.
//!
//! Needs no keyring and no network: credentials go into a file sealed with a passphrase, and the sample
//! folder is one that the real cloudflared wrote against a simulated edge; nothing in it opens anything.

#![allow(clippy::print_stdout, reason = "it is a show")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use usher_tests::home::{Home, Programs, Ran, dot_cloudflared, run};
use usher_tests::wire;

const APP: &str = "https://app.example.test";
const PASSPHRASE: &str = "correct horse battery staple\n";

fn main() -> ExitCode {
    let Some(built) = build() else {
        println!("The programs could not be built; what cargo said stands above.");
        return ExitCode::FAILURE;
    };
    let program =
        |name: &str| built.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)).display().to_string();
    let home = Home::new(Programs { client: &program("usher"), agent: &program("usher-agent") });
    home.configure("store = \"file\"\n");
    let show = Show { home };
    if show.everything() {
        println!("\nThat was all real: the agent, its socket, the sealed file. The home is gone again.");
        println!("On your own machine it is `usher import`, and the store is the keyring of your system.");
        ExitCode::SUCCESS
    } else {
        println!("\nSomething above is not as it should be.");
        ExitCode::FAILURE
    }
}

/// Builds both programs; tells the folder that they are in.
fn build() -> Option<PathBuf> {
    println!("Building usher and usher-agent …");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "-p", "usher", "-p", "usher-agent"])
        .status()
        .ok()?;
    let own = std::env::current_exe().ok()?;
    built.success().then(|| own.parent().map(Path::to_owned)).flatten()
}

struct Show {
    home: Home,
}

impl Show {
    /// Goes through the scenes; each tells whether it went as it should.
    fn everything(&self) -> bool {
        let folder = dot_cloudflared(self.home.path());
        self.say("A folder as cloudflared leaves it: tokens and certificate in clear.");
        self.listing(&folder);

        self.say("The first command starts the agent. This one opens its sealed file, which is new.");
        let mut good = self.usher(&["unlock"], PASSPHRASE, 0);

        self.say("Two commands, the first: take the folder in, and remove what was safely stored.");
        good &= self.usher(&["import", "--shred"], "", 0);
        self.listing(&folder);

        self.say("The agent ends and a new one starts. It has nothing but the sealed file.");
        good &= self.usher(&["agent", "stop"], "", 0);
        good &= self.usher(&["unlock"], PASSPHRASE, 0);

        self.say("The second: look a token up, spelled as cloudflared spells it.");
        good &= self.usher(&["access", "token", "--app=https://app.example.test"], "", 0);

        self.say("Any other tool asks the same socket in a line of JSON.");
        good &= self.json();

        self.say("An expired token is an error with a hint and an exit code, never an empty success.");
        good &= self.usher(&["token", "https://ssh.example.test"], "", 3);

        self.say("What the agent holds.");
        good &= self.usher(&["list"], "", 0);
        good & self.usher(&["agent", "stop"], "", 0)
    }

    fn say(&self, words: &str) {
        println!("\n# {words}");
    }

    fn listing(&self, folder: &Path) {
        println!("$ ls ~/.cloudflared");
        let mut names: Vec<_> = fs::read_dir(folder)
            .map(|entries| {
                entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        names.sort();
        names.iter().for_each(|name| println!("{}", shortened(name)));
    }

    fn usher(&self, words: &[&str], input: &str, code: i32) -> bool {
        let typed = if input.is_empty() { "" } else { "   (and a passphrase)" };
        println!("$ usher {}{typed}", words.join(" "));
        let mut command: Command = self.home.command(self.home.program("usher"));
        command.args(words);
        let Ran { code: ended, stdout, stderr } = run(command, input);
        for line in stdout.lines().chain(stderr.lines()) {
            println!("{}", shortened(line));
        }
        if ended != Some(0) {
            println!("[exit code {}]", ended.map_or("none".to_owned(), |code| code.to_string()));
        }
        ended == Some(code)
    }

    fn json(&self) -> bool {
        let request = format!("{{\"token\":{{\"app\":\"{APP}\"}}}}");
        println!("$ printf '{request}\\n' | nc -N -U \"$USHER_SOCK\"");
        let answer = wire::lines(self.home.socket(), &[&request]).remove(0);
        println!("{}", shortened(&answer.to_string()));
        answer["token"]["token"].is_string()
    }
}

/// Shortens tokens and AUD tags, which nobody reads.
fn shortened(line: &str) -> String {
    let word = |word: &str| if word.len() > 60 { format!("{}…", &word[..24]) } else { word.to_owned() };
    line.split_inclusive([' ', '"', ',', '-']).map(word).collect()
}
