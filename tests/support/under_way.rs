//! A client that runs while the test goes on, and what it has said up to now.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::process::{Ran, spawn};

/// Runs until it ends; one that is dropped before is killed.
pub struct UnderWay {
    process: Child,
    errors: BufReader<ChildStderr>,
    said: String,
}

impl UnderWay {
    /// Starts it. What it prints is small enough to wait in a pipe.
    pub fn start(mut command: Command) -> Self {
        let mut process = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        let errors = BufReader::new(process.stderr.take().expect("piped"));
        Self { process, errors, said: String::new() }
    }

    /// Tells its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until a line on standard error holds these words, and shows the line.
    #[track_caller]
    pub fn line_with(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.errors.read_line(&mut line).expect("text");
            assert_ne!(count, 0, "it ended without {words:?}: {}", self.said);
            self.said.push_str(&line);
            if line.contains(words) {
                return line.trim().to_owned();
            }
        }
    }

    /// Kills it as nothing can prevent; on Unix that is SIGKILL.
    pub fn kill(mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("it ended");
    }

    /// Waits until it ends; tells all that it did.
    pub fn finish(mut self) -> Ran {
        self.errors.read_to_string(&mut self.said).expect("text");
        let mut stdout = String::new();
        let mut output = self.process.stdout.take().expect("piped");
        output.read_to_string(&mut stdout).expect("text");
        let status = self.process.wait().expect("it ends");
        Ran { code: status.code(), stdout, stderr: std::mem::take(&mut self.said) }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
