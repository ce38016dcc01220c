//! What a command reads from and writes to, so that a test can stand at either end.

use std::io::{self, IsTerminal, Read, Write};

use serde::Serialize;
use usher_proto::json;

use crate::browser::{self, Session};
use crate::error::{Error, Own};

/// The standard streams, or what a test puts in their place.
pub struct Streams<'s> {
    /// Standard input.
    pub input: &'s mut dyn Read,
    /// Standard output: the answer and nothing else.
    pub output: &'s mut dyn Write,
    /// Standard error: errors, hints and notices.
    pub errors: &'s mut dyn Write,
    /// Tells whether a person types the input. Asked only where it matters: it is a system call.
    pub input_is_terminal: fn() -> bool,
    /// Tells whether a person reads the output.
    pub output_is_terminal: fn() -> bool,
    /// Tells whether a person reads the errors.
    pub errors_are_terminal: fn() -> bool,
    /// Asks a person for one line on the terminal, without echo.
    pub prompt: fn(&str) -> io::Result<String>,
    /// Opens a page in the person's browser, and tells whether one took it.
    pub browser: fn(&str) -> bool,
}

impl<'s> Streams<'s> {
    /// Takes the process's own streams.
    pub fn standard(
        input: &'s mut dyn Read,
        output: &'s mut dyn Write,
        errors: &'s mut dyn Write,
    ) -> Streams<'s> {
        Streams {
            input,
            output,
            errors,
            input_is_terminal: || io::stdin().is_terminal(),
            output_is_terminal: || io::stdout().is_terminal(),
            errors_are_terminal: || io::stderr().is_terminal(),
            prompt: |question| rpassword::prompt_password(question),
            browser: |page| browser::open(page, &Session::own()),
        }
    }

    /// Writes a part of the answer, at once.
    pub(crate) fn print(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let output = &mut *self.output;
        output.write_all(bytes).and_then(|()| output.flush()).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::new(Own::ClosedOutput, "", ""),
            _ => Error::new(Own::Files, format!("the output cannot be written: {error}"), ""),
        })
    }

    /// Writes something for a program, on one line.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let line = json::encode(value).map_err(|_| Error::unexpected())?;
        self.print(&line)
    }

    /// Tells a person something beside the answer; a failure to do so leaves nobody to tell.
    pub(crate) fn tell(&mut self, text: &str) {
        let _ = self.errors.write_all(text.as_bytes()).and_then(|()| self.errors.flush());
    }
}
