//! What a command reads from and writes to, so that a test can stand at either end.

use std::io::{self, IsTerminal, Read, Write};

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
    /// Asks a person for one line on the terminal, without echo.
    pub prompt: fn(&str) -> io::Result<String>,
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
            prompt: |question| rpassword::prompt_password(question),
        }
    }
}
