//! What only Unix has: shell lines, signals, socket activation, modes, and other users.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use usher_tests::again;
use usher_tests::home::Home;
use usher_tests::process::{install, run};

use crate::PROGRAMS;

/// A user that is not us and has no rights: nobody, on every system.
const NOBODY: u32 = 65534;

#[test]
fn shell_lines_lead_to_the_agent() {
    let home = Home::new(PROGRAMS);
    let script = format!(
        "eval \"$({} -s)\" && {} --no-start status --json && kill $USHER_AGENT_PID",
        home.program("usher-agent").display(),
        home.program("usher").display(),
    );
    let mut shell = home.command("sh");
    shell.args(["-c", &script]);
    let ran = run(shell, "").expect(0);
    let (echo, status) = ran.stdout.split_once('\n').expect("two lines");
    let pid = echo.strip_prefix("Agent pid ").expect("the line that ssh-agent prints too");
    assert!(status.contains(&format!("\"pid\":{pid}")), "{ran:?}");

    let mut csh = home.command(home.program("usher-agent"));
    csh.args(["-c", "--socket"]).arg(home.path().join("run/other.sock"));
    let ran = run(csh, "").expect(0);
    assert!(ran.stdout.starts_with("setenv USHER_SOCK "), "{ran:?}");
    let pid = ran
        .stdout
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("echo Agent pid ")?.strip_suffix(';')?.parse().ok());
    kill_process(Pid::from_raw(pid.expect("a process id")).expect("not 0"), Signal::TERM)
        .expect("our own process");
}

#[test]
fn a_command_runs_with_an_agent_and_keeps_its_exit_code() {
    let home = Home::new(PROGRAMS);
    let around = |script: &str| {
        let mut command = home.command(home.program("usher-agent"));
        command.args(["--", "sh", "-c", script]).env_remove("USHER_SOCK");
        run(command, "")
    };
    let usher = home.program("usher");
    let ran =
        around(&format!("{} --no-start status --json; echo; echo $USHER_SOCK; exit 42", usher.display()))
            .expect(42);
    let socket = ran.stdout.lines().last().expect("the socket's path");
    assert!(ran.stdout.contains("\"state\":\"open\""), "{ran:?}");
    assert!(!fs::exists(socket).expect("a path"), "its socket is gone with it");
    around("kill -TERM $$").expect(128 + 15);
    let mut nothing = home.command(home.program("usher-agent"));
    nothing.args(["--", "/nonexistent/program"]);
    run(nothing, "").expect(2);
}

#[test]
fn a_signal_ends_the_agent_in_order() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let home = Home::new(PROGRAMS);
        let agent = home.start_agent(&[]);
        kill_process(Pid::from_child(&agent.process), signal).expect("a child of ours");
        let (status, _) = agent.wait();
        assert!(status.success() && !home.socket().exists(), "{signal:?}: {status}");
    }
}

/// The service manager's side is a shell that hands its standard input on as the first descriptor.
#[cfg(target_os = "linux")]
#[test]
fn a_service_managers_socket_is_taken_over() {
    let home = Home::new(PROGRAMS);
    let listener = UnixListener::bind(home.socket()).expect("a fresh path");
    let notified = std::os::unix::net::UnixDatagram::bind(home.path().join("notify")).expect("a fresh path");
    let mut shell = home.command("sh");
    shell
        .args(["-c", "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\""])
        .arg(home.program("usher-agent"));
    shell.env("NOTIFY_SOCKET", home.path().join("notify"));
    shell.stdin(std::os::fd::OwnedFd::from(listener.try_clone().expect("a descriptor")));
    let agent = usher_tests::process::Foreground::start(shell);
    let mut message = [0; 64];
    let length = notified.recv(&mut message).expect("it tells that it is ready");
    assert_eq!(&message[..length], b"READY=1\n");
    let status = home.usher(&["--no-start", "status", "--json"]).expect(0).json();
    assert_eq!(status["pid"], agent.process.id());
    home.usher(&["agent", "stop"]).expect(0);
    assert!(agent.wait().0.success());
    assert!(home.socket().exists(), "the socket belongs to the service manager");
}

#[test]
fn folder_socket_and_lock_are_the_users_alone() {
    let home = Home::new(PROGRAMS);
    let inner = home.path().join("run/deep/er");
    let socket = inner.join("agent.sock");
    let agent = home.start_agent(&["--socket", &socket.display().to_string()]);
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!((mode(&inner), mode(&socket)), (0o700, 0o600));
    assert_eq!(mode(&inner.join("agent.sock.lock")), 0o600);
    drop(agent);
}

#[test]
fn a_place_that_cannot_be_trusted_is_refused_by_both_sides() {
    let home = Home::new(PROGRAMS);
    let open = home.path().join("open");
    fs::create_dir(&open).expect("a folder");
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("our own folder");
    let long = home.path().join("x".repeat(200));
    let file = home.path().join("run/plain");
    fs::write(&file, "not a socket").expect("a file");
    for (socket, code, words) in [
        (open.join("agent.sock"), 5, "written to by others"),
        (long, 2, "bytes long"),
        (file.clone(), 5, "not a socket"),
        ("relative.sock".into(), 2, "absolute"),
    ] {
        for (program, words_of, code) in
            [("usher", &["status"][..], code), ("usher-agent", &[], if code == 5 { 1 } else { 2 })]
        {
            let mut command = home.command(home.program(program));
            command.args(words_of).env("USHER_SOCK", &socket);
            let ran = run(command, "").expect(code);
            assert!(ran.stderr.contains(words) && ran.stderr.contains("hint"), "{ran:?}");
        }
    }
    assert_eq!(fs::read_to_string(file).expect("still there"), "not a socket");
}

#[test]
fn a_live_socket_of_something_else_is_never_replaced() {
    let home = Home::new(PROGRAMS);
    let _listener = UnixListener::bind(home.socket()).expect("a fresh path");
    let inode = fs::metadata(home.socket()).expect("a socket").ino();
    run(home.command(home.program("usher-agent")), "").expect(8);
    assert_eq!(fs::metadata(home.socket()).expect("a socket").ino(), inode);
}

/// Needs root, to become somebody else: the modes are opened wide, and only the peer's uid is left to
/// tell the two apart.
#[test]
#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
fn another_user_is_turned_away_whatever_the_modes_say() {
    if again::is_inner() {
        return ask_as_a_stranger();
    }
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can become another user");
        return;
    }
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    for path in [home.path(), &home.path().join("run"), &home.path().join("bin"), home.socket()] {
        fs::set_permissions(path, Permissions::from_mode(0o777)).expect("our own");
    }
    let copy = home.path().join("bin/stranger");
    install(&std::env::current_exe().expect("this test"), &copy);
    let mut stranger = Command::new(copy);
    stranger.env("USHER_SOCK", home.socket()).uid(NOBODY).current_dir("/");
    again::run("unix::another_user_is_turned_away_whatever_the_modes_say", &mut stranger);
    // The client does not even ask: folder and socket are not its user's.
    let mut client = Command::new(home.program("usher"));
    client
        .arg("status")
        .env_clear()
        .env("HOME", "/")
        .env("USHER_SOCK", home.socket())
        .uid(NOBODY)
        .current_dir("/");
    run(client, "").expect(5);
    drop(agent);
}

fn ask_as_a_stranger() {
    assert_eq!(rustix::process::geteuid().as_raw(), NOBODY);
    let socket = std::env::var_os("USHER_SOCK").expect("told by the other half");
    let mut stream = UnixStream::connect(socket).expect("the modes allow it");
    let _ = stream.write_all(b"{\"hello\":{}}\n");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(answer, b"", "not a byte for another user");
}
