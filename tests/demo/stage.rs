//! What the scenes share: a home, and commands that are shown as a person types and sees them.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use usher_tests::home::{Home, Programs};
use usher_tests::wire;

use crate::short;

/// Tells the audience what comes next.
pub(super) fn say(words: &str) {
    println!("\n# {words}");
}

/// Fails with words if something is not so.
pub(super) fn expect(so: bool, words: &str) -> Result<(), String> {
    if so { Ok(()) } else { Err(words.to_owned()) }
}

/// Says where the programs are that cargo built.
pub(super) fn program(built: &Path, name: &str) -> String {
    built.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)).display().to_string()
}

/// Names the programs for a home.
pub(super) fn with_programs<T>(built: &Path, make: impl FnOnce(Programs<'_>) -> T) -> T {
    let (client, agent) = (program(built, "usher"), program(built, "usher-agent"));
    make(Programs { client: &client, agent: &agent })
}

/// A home on the stage.
pub(super) struct Stage<'h> {
    pub(super) home: &'h Home,
    /// Prepares the client with what a person has in the environment.
    pub(super) client: &'h dyn Fn(&[&str]) -> Command,
}

impl Stage<'_> {
    /// Runs the client and shows it; shows what came, in the order in which it came.
    pub(super) fn usher(&self, words: &[&str], input: &str, code: i32) -> Result<String, String> {
        let typed = if input.is_empty() { "" } else { "   (and what must not stand here)" };
        println!("$ usher {}{typed}", words.join(" "));
        let (ended, seen) = run((self.client)(words), input).map_err(|error| error.to_string())?;
        seen.lines().for_each(|line| println!("{}", short::line(line)));
        if ended != Some(0) {
            println!("[exit code {}]", ended.map_or("none".to_owned(), |code| code.to_string()));
        }
        expect(ended == Some(code), &format!("the exit code of usher {} is not {code}", words[0]))?;
        Ok(seen)
    }

    /// Asks the socket in a line of JSON and shows it.
    pub(super) fn json(&self, request: &Value) -> Result<(), String> {
        println!("$ printf '{request}\\n' | nc -N -U \"$USHER_SOCK\"");
        let answer = wire::lines(self.home.socket(), &[&request.to_string()]).remove(0);
        println!("{}", short::line(&answer.to_string()));
        expect(answer["token"]["token"].is_string(), "there is no token in the answer")
    }

    /// Shows a folder.
    pub(super) fn listing(&self, folder: &Path) -> Result<(), String> {
        println!("$ ls ~/.cloudflared");
        let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names.iter().for_each(|name| println!("{}", short::name(name)));
        Ok(())
    }
}

/// Runs a command with one pipe for all that it says, as a terminal has it.
fn run(mut command: Command, input: &str) -> std::io::Result<(Option<i32>, String)> {
    let (mut output, end) = std::io::pipe()?;
    command.stdin(Stdio::piped()).stdout(end.try_clone()?).stderr(end);
    let mut child = command.spawn()?;
    // With it go our ends of the pipe, which else would never end.
    drop(command);
    // A program that does not read its input closes it early.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let mut seen = String::new();
    output.read_to_string(&mut seen)?;
    Ok((child.wait()?.code(), seen))
}
