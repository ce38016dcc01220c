//! Programs as processes of their own: installed, started, run to their end.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Copies a program so that it can be started. On Unix another process copies: a file that this one has
/// open for writing may be inherited by a child that another test starts, and is then busy.
pub fn install(program: &Path, to: &Path) {
    if cfg!(unix) {
        let copied = Command::new("cp").arg(program).arg(to).status().expect("cp is everywhere");
        assert!(copied.success(), "{} was not built", program.display());
    } else {
        fs::copy(program, to).expect("the program was built");
    }
}

/// An agent in the foreground; ends with the value.
pub struct Foreground {
    /// Its process.
    pub process: Child,
    /// What it says from then on.
    said: Arc<Mutex<String>>,
    /// Reads that all the time: an agent whose words nobody takes would stand still.
    reader: Option<JoinHandle<()>>,
}

impl Foreground {
    /// Starts it, and waits until it says that it listens.
    pub fn start(mut command: Command) -> Self {
        let mut process = spawn(command.stderr(Stdio::piped()));
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let mut next = move || lines.next().map(|line| line.expect("text") + "\n");
        while !next().expect("the agent ended before it listened").contains("listening at") {}
        let said = Arc::<Mutex<String>>::default();
        let reader = {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                while let Some(line) = next() {
                    said.lock().expect("no test panics with it").push_str(&line);
                }
            })
        };
        Self { process, said, reader: Some(reader) }
    }

    /// Tells what it has said until now.
    pub fn said(&self) -> String {
        self.said.lock().expect("no test panics with it").clone()
    }

    /// Waits until it ends; tells how, and what it said meanwhile.
    pub fn wait(mut self) -> (ExitStatus, String) {
        self.reader.take().expect("waited for once").join().expect("text");
        (self.process.wait().expect("it ends"), self.said())
    }

    /// Kills it as a crash would.
    pub fn crash(mut self) {
        self.process.kill().expect("a child of ours");
        self.process.wait().expect("it ended");
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said beside.
    pub stderr: String,
}

impl Ran {
    /// Expects an exit code, and shows everything if it was another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Reads what was printed as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("no JSON: {}\n{}", self.stdout, self.stderr))
    }
}

/// What Wine says now and then when a process is to be started, by us or by a program of ours: processes
/// that start at once get in each other's way. Nothing was done then, and another try helps.
const INTERNAL_ERROR: i32 = 1359;
/// So often it is tried.
const TRIES: u32 = 5;

/// Starts a process.
pub fn spawn(command: &mut Command) -> Child {
    let mut tries = 0;
    loop {
        tries += 1;
        match command.spawn() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) && tries < TRIES => {}
            started => return started.expect("it starts"),
        }
    }
}

/// Runs a command to its end.
pub fn run(mut command: Command, input: &str) -> Ran {
    let could_not_start = format!("(os error {INTERNAL_ERROR})");
    let mut tries = 0;
    loop {
        tries += 1;
        let ran = run_once(&mut command, input);
        if !(cfg!(windows) && ran.stderr.contains(&could_not_start) && tries < TRIES) {
            return ran;
        }
    }
}

fn run_once(command: &mut Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    let mut stdin = child.stdin.take().expect("piped");
    // A program that does not read its input closes it early, which is no failure here.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    Ran {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into(),
        stderr: String::from_utf8_lossy(&stderr).into(),
    }
}
