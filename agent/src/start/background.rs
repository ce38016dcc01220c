//! Running in the background: a second process of the same program, away from the terminal, which
//! says on its standard output when it listens.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, ExitCode, Stdio};

use usher_proto::{Code, Refusal};

use super::{Failure, Ready};
use crate::command_line::CommandLine;
use crate::platform;

/// What the detached agent writes before a notice, and when it listens.
const NOTICE: &str = "notice ";
const READY: &str = "ready ";

/// Starts an agent in the background and waits until it listens.
pub(super) fn start(line: &CommandLine) -> Result<ExitCode, Failure> {
    let lost = |_: io::Error| {
        Refusal::new(
            Code::Unavailable,
            "the agent could not be started in the background",
            "run `usher-agent` in the foreground to see why",
        )
    };
    let mut command = Command::new(std::env::current_exe().map_err(lost)?);
    command.arg("--detached").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (flag, value) in [
        ("--store", line.store.as_ref().map(Into::into)),
        ("--config", line.config.clone()),
        ("--socket", line.socket.clone()),
    ] {
        if let Some(value) = value {
            command.arg(flag).arg(value);
        }
    }
    platform::send_to_background(&mut command);
    let mut agent = command.spawn().map_err(lost)?;
    let mut said = BufReader::new(agent.stdout.take().ok_or_else(|| lost(io::ErrorKind::BrokenPipe.into()))?);
    loop {
        let mut words = String::new();
        if said.read_line(&mut words).map_err(lost)? == 0 {
            break;
        }
        if let Some(notice) = words.strip_prefix(NOTICE) {
            tell(format_args!("usher-agent: {notice}"));
        } else if let Some(socket) = words.strip_prefix(READY) {
            print_shell_lines(line, socket.trim_end(), agent.id());
            return Ok(ExitCode::SUCCESS);
        }
    }
    // It ended before it listened; its own words say why, and its exit code goes on.
    let mut why = String::new();
    if let Some(errors) = &mut agent.stderr {
        let _ = errors.read_to_string(&mut why);
    }
    tell(format_args!("{why}"));
    let code = agent.wait().map_err(lost)?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(code.max(1).into())
}

/// Says that the agent listens: to the process that started it in the background, or to a person.
pub(super) fn announce(ready: &Ready, detached: bool) {
    let Ready { endpoint, notice } = ready;
    if detached {
        let notice = notice.as_ref().map(|notice| format!("{NOTICE}{notice}\n")).unwrap_or_default();
        let _ = writeln!(io::stdout(), "{notice}{READY}{}", endpoint.path().display())
            .and_then(|()| io::stdout().flush());
        return;
    }
    if let Some(notice) = notice {
        tell(format_args!("usher-agent: {notice}\n"));
    }
    tell(format_args!("usher-agent: listening at {}\n", endpoint.path().display()));
}

fn print_shell_lines(line: &CommandLine, socket: &str, pid: u32) {
    let socket = quoted(socket);
    let lines = if line.sh {
        format!(
            "USHER_SOCK={socket}; export USHER_SOCK;\nUSHER_AGENT_PID={pid}; export USHER_AGENT_PID;\necho Agent pid {pid};\n"
        )
    } else if line.csh {
        format!("setenv USHER_SOCK {socket};\nsetenv USHER_AGENT_PID {pid};\necho Agent pid {pid};\n")
    } else {
        return;
    };
    let _ = io::stdout().write_all(lines.as_bytes());
}

/// Quotes a path for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Writes to standard error, also when nobody reads it any more.
fn tell(words: std::fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_cannot_break_out_of_its_shell_line() {
        assert_eq!(quoted("/run/user/1/usher/agent.sock"), "/run/user/1/usher/agent.sock");
        assert_eq!(quoted("/tmp/a'; rm -rf x; '"), r"'/tmp/a'\''; rm -rf x; '\'''");
        assert_eq!(quoted("/tmp/$(x)"), "'/tmp/$(x)'");
    }
}
