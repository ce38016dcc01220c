//! Signals that reach usher while it waits for a program: they are passed on, each once, and no file stays.

use std::path::Path;

use rustix::process::Signal;
use usher_tests::desk::Desk;
use usher_tests::under_way::UnderWay;

use super::{APP, desk, send};

/// Tells the signals that it gets, and ends with TERM.
const LISTEN: &str = r#"
import os, signal, sys
names = {"SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT", "SIGCONT"}
signals = {getattr(signal, name) for name in names}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("file", os.environ["CF_ACCESS_TOKEN_FILE"], file=sys.stderr, flush=True)
while True:
    caught = signal.sigwait(signals)
    print("got", caught.name, file=sys.stderr, flush=True)
    if caught == signal.SIGTERM:
        sys.exit(7)
"#;

fn begin(desk: &Desk, program: &[&str]) -> UnderWay {
    desk.begin(&[&["exec", "--app", APP, "--as", "file", "--"], program].concat())
}

/// Reads the path of the lent file, which is there.
fn file_of(running: &mut UnderWay) -> String {
    let line = running.line_with("file ");
    let path = line.rsplit_once(' ').expect("a path").1.to_owned();
    assert!(Path::new(&path).exists(), "{path}");
    path
}

#[test]
fn each_is_passed_on_and_the_file_goes_with_the_program() {
    let desk = desk();
    let mut running = begin(&desk, &["python3", "-c", LISTEN]);
    let file = file_of(&mut running);
    for (signal, name) in [
        (Signal::USR1, "SIGUSR1"),
        (Signal::USR2, "SIGUSR2"),
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::TERM, "SIGTERM"),
    ] {
        send(running.id(), signal);
        assert_eq!(running.line_with("got"), format!("got {name}"), "and no other");
    }
    running.finish().expect(7);
    assert!(!Path::new(&file).exists() && !Path::new(&file).parent().expect("a folder").exists());
}

/// The file is the one place. Needs root, or nothing could look into the client's memory.
#[cfg(target_os = "linux")]
#[test]
fn while_the_program_runs_nothing_that_was_lent_stays_in_memory() {
    use crate::memory::{can_look_inside, found_in};

    if !can_look_inside() {
        return;
    }
    let desk = desk();
    let mut running = begin(&desk, &["python3", "-c", LISTEN]);
    let token = std::fs::read_to_string(file_of(&mut running)).expect("it is lent");
    let (first, last) = (token[..60].to_owned(), token[token.len() - 60..].to_owned());
    assert_eq!(found_in(running.id(), &[first, last]), 0);
    assert!(found_in(running.id(), &[APP.to_owned()]) > 0, "the search finds what is there");
    send(running.id(), Signal::TERM);
    running.finish().expect(7);
}

#[test]
fn a_program_that_is_killed_leaves_no_file() {
    let desk = desk();
    for (signal, code) in [("KILL", 137), ("SEGV", 139)] {
        let script = format!("echo file $CF_ACCESS_TOKEN_FILE >&2; read -r line; kill -{signal} $$");
        let mut running = begin(&desk, &["sh", "-c", &script]);
        let file = running.line_with("file ");
        running.finish().expect(code);
        let file = file.rsplit_once(' ').expect("a path").1;
        assert!(file.ends_with("/CF_ACCESS_TOKEN_FILE") && !Path::new(file).exists(), "{file}");
    }
}

/// Nobody can outlive SIGKILL: the next who lends a file removes what was left.
#[test]
fn what_a_killed_usher_leaves_is_removed_by_the_next() {
    let desk = desk();
    let until_usher_ends = "echo file $CF_ACCESS_TOKEN_FILE >&2; while kill -0 $PPID; do sleep 0.1; done";
    let mut running = begin(&desk, &["sh", "-c", until_usher_ends]);
    let file = file_of(&mut running);
    running.kill();
    let next = desk.usher(&["exec", "--app", APP, "--as", "file", "--", "true"]);
    next.expect(0);
    assert!(!Path::new(&file).parent().expect("a folder").exists());
}

/// A program that was started with a signal ignored goes on without it, as under `nohup`.
#[test]
fn what_is_ignored_stays_ignored() {
    let desk = desk();
    let mut shell = desk.home.command("sh");
    shell.args(["-c", r#"trap '' HUP; exec "$@""#, "sh"]).arg(desk.home.program("usher"));
    shell.args(["exec", "--app", APP, "--as", "file", "--", "python3", "-c"]);
    shell.arg("import signal; print(signal.getsignal(signal.SIGHUP) == signal.SIG_IGN)");
    assert_eq!(usher_tests::process::run(shell, "").expect(0).stdout, "True\n");
}

/// A terminal sends Ctrl-C to usher and to the program: it must not arrive a second time.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_arrives_once() {
    /// Runs its words on a terminal of their own and types Ctrl-C while usher is stopped, so that the
    /// program has seen it before usher passes anything on; USR1 tells that usher has.
    const TERMINAL: &str = r#"
import os, pty, signal, sys
process, terminal = pty.fork()
if process == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b""
def wait_for(words):
    global said
    while words not in said:
        said += os.read(terminal, 1024)
wait_for(b"file ")
os.kill(process, signal.SIGSTOP)
os.waitpid(process, os.WUNTRACED)
os.write(terminal, b"\x03")
wait_for(b"got SIGINT")
os.kill(process, signal.SIGCONT)
os.kill(process, signal.SIGUSR1)
wait_for(b"got SIGUSR1")
os.kill(process, signal.SIGTERM)
try:
    wait_for(b"never")
except OSError:
    pass
print(said.count(b"got SIGINT"), said.count(b"got SIGTERM"), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
"#;
    let desk = desk();
    let mut command = desk.home.command("python3");
    command.args(["-c", TERMINAL]).arg(desk.home.program("usher"));
    command.args(["exec", "--app", APP, "--as", "file", "--", "python3", "-c", LISTEN]);
    assert_eq!(usher_tests::process::run(command, "").expect(0).stdout, "1 1 7\n");
}

/// Both stop and go on as one job of a shell, and the terminal is the program's again.
#[cfg(target_os = "linux")]
#[test]
fn it_can_be_stopped_and_brought_back() {
    /// Types into a shell on a terminal.
    const SHELL: &str = r#"
import os, pty
process, terminal = pty.fork()
if process == 0:
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
said = b""
def wait_for(words):
    global said
    while words not in said:
        said += os.read(terminal, 1024)
    said = said.split(words, 1)[1]
os.write(terminal, b'"$USHER" exec --app "$APP" --as file -- python3 -c "$LISTEN"\n')
wait_for(b"file /")
os.write(terminal, b"\x1a")
wait_for(b"Stopped")
os.write(terminal, b"fg\n")
wait_for(b"got SIGCONT")
os.write(terminal, b"\x03")
wait_for(b"got SIGINT")
os.write(terminal, b"\x1a")
wait_for(b"Stopped")
os.write(terminal, b"kill %1; fg; echo code $?\n")
wait_for(b"code 7")
print("done")
os.write(terminal, b"exit\n")
"#;
    let desk = desk();
    let mut command = desk.home.command("python3");
    command.args(["-c", SHELL]).env("USHER", desk.home.program("usher"));
    command.env("APP", APP).env("LISTEN", LISTEN);
    assert_eq!(usher_tests::process::run(command, "").expect(0).stdout, "done\n");
}
