//! What another process of the same user gets to see of the agent's memory.

use std::fs;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use usher_tests::again;
use usher_tests::desk::Desk;
use usher_tests::edge::hosts::ACME;
use usher_tests::home::Home;
use usher_tests::process::{Foreground, install, run};
use usher_tests::token::{app_token, file_name};
use usher_tests::wire::lines;
use usher_tests::world::eventually;

use crate::revoke::ADMINISTRATOR;
use crate::sandbox::children;
use crate::{BROWSER, PROGRAMS};

const NOBODY: u32 = 65534;
/// The least that is mapped, in bytes.
const PAGE: usize = 4096;

/// Root may read everything, so the inner run is somebody who may not.
fn as_an_ordinary_user(test: &str, check: impl FnOnce()) {
    if again::is_inner() || !rustix::process::geteuid().is_root() {
        return check();
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let copy = folder.path().join("tests");
    install(&std::env::current_exe().expect("this test"), &copy);
    again::run(test, Command::new(copy).uid(NOBODY).gid(NOBODY).current_dir("/"));
}

/// Tells why the memory of a process of our own cannot be opened.
fn opening_memory_of(pid: u32) -> Result<(), ErrorKind> {
    fs::File::open(format!("/proc/{pid}/mem")).map(drop).map_err(|error| error.kind())
}

fn is_hardened(pid: u32) {
    assert_eq!(opening_memory_of(pid), Err(ErrorKind::PermissionDenied));
    for file in ["environ", "maps"] {
        let read = fs::read(format!("/proc/{pid}/{file}")).map_err(|error| error.kind());
        assert_eq!(read, Err(ErrorKind::PermissionDenied), "{file}");
    }
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).expect("anybody may read it");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    assert_eq!(fs::metadata(format!("/proc/{pid}/mem")).expect("it runs").uid(), 0, "not dumpable");
}

#[test]
fn the_memory_of_an_agent_is_its_own_in_every_way_of_starting() {
    const TEST: &str = "memory::the_memory_of_an_agent_is_its_own_in_every_way_of_starting";
    as_an_ordinary_user(TEST, || {
        // Else the rest would show nothing.
        let mut other = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat is everywhere");
        assert_eq!(opening_memory_of(other.id()), Ok(()));
        drop(other.stdin.take());
        other.wait().expect("it ends with its input");

        let home = Home::new(PROGRAMS);
        let foreground = home.start_agent(&[]);
        is_hardened(foreground.process.id());
        for witness in children(foreground.process.id()) {
            is_hardened(witness);
        }
        drop(foreground);

        let started = home.usher(&["status", "--json"]).expect(0).json();
        is_hardened(u32::try_from(started["pid"].as_u64().expect("a number")).expect("a process id"));
        home.usher(&["agent", "stop"]).expect(0);

        let mut around = home.command("sh");
        around.args(["-c", "ulimit -S -c 1024; exec \"$0\" -- sh -c 'ulimit -c; cat /proc/$PPID/environ'"]);
        around.arg(home.program("usher-agent"));
        let ran = run(around, "");
        assert_eq!(ran.stdout, "1024\n", "the command keeps its own limit: {ran:?}");
        assert!(ran.stderr.contains("Permission denied"), "{ran:?}");

        let listener = UnixListener::bind(home.socket()).expect("a fresh path");
        let mut manager = home.command("sh");
        manager.args(["-c", "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\""]);
        manager.arg(home.program("usher-agent")).stdin(OwnedFd::from(listener));
        let activated = Foreground::start(manager);
        is_hardened(activated.process.id());
    });
}

/// Tells whether the agent's memory can be read at all: by root alone.
#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
pub(super) fn can_look_inside() -> bool {
    let can = rustix::process::geteuid().is_root();
    if !can {
        println!("skipped: only root can read the agent's memory");
    }
    can
}

/// Needs root, or nothing could look into the agent's memory at all.
#[test]
fn an_idle_agent_holds_nothing_in_clear_nor_a_locked_one_nor_one_that_forgot() {
    const COUNT: u32 = 100;
    if !can_look_inside() {
        return;
    }
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let pid = agent.process.id();
    let tokens: Vec<String> = (0..COUNT).map(|number| app_token(number, i64::from(u32::MAX) + 7)).collect();
    let folder = home.path().join("folder");
    fs::create_dir(&folder).expect("a folder");
    let app = |number: u32| format!("app{number}.example.com");
    for (number, token) in (0..).zip(&tokens) {
        fs::write(folder.join(file_name(&app(number), number)), token).expect("a file");
    }
    home.usher(&["import", &folder.display().to_string()]).expect(0);
    let json: Vec<_> =
        (0..1000).map(|n| format!("{{\"token\":{{\"app\":\"{}\"}}}}", app(n % COUNT))).collect();
    let json: Vec<_> = json.iter().map(String::as_str).collect();
    for some in json.chunks(10) {
        let answers = lines(home.socket(), some);
        assert!(answers.iter().all(|answer| answer["token"].is_object()), "{answers:?}");
    }
    home.usher(&["token", &app(7)]).expect(0);

    // Every token has the same beginning, and for want of a true signature the same end.
    let secrets = [tokens[0][..60].to_owned(), tokens[0][tokens[0].len() - 60..].to_owned()];
    assert!(tokens.iter().all(|token| token.starts_with(&secrets[0]) && token.ends_with(&secrets[1])));
    assert!(found_in(pid, &["app7.example.com".to_owned()]) > 0, "the search finds what is not secret");
    assert_eq!(found_in(pid, &secrets), 0, "an idle agent");

    home.usher_with_input(&["lock"], "a passphrase for tests\n").expect(0);
    assert_eq!(found_in(pid, &secrets), 0, "a locked agent");
    assert_eq!(found_in(pid, &["a passphrase for tests".to_owned()]), 0);
    home.usher_with_input(&["unlock"], "a passphrase for tests\n").expect(0);
    let again = home.usher(&["token", &app(7)]).expect(0);
    assert_eq!(again.stdout, tokens[7]);

    home.usher(&["forget", "--all"]).expect(0);
    assert_eq!(found_in(pid, &secrets), 0, "an agent that forgot");
}

/// The same for what went out to Cloudflare: it was in headers, bodies and buffers of TLS.
#[test]
fn what_is_revoked_is_nowhere() {
    if !can_look_inside() {
        return;
    }
    let desk = Desk::with_store(PROGRAMS, BROWSER, Home::sealed_file);
    let agent = desk.home.start_agent(&[]);
    desk.usher(&["login", "https://app.example.test"]).expect(0);
    let given = |kind: &str, secret: &str| {
        let words = ["import", "--stdin", "--kind", kind, "--label", "x"];
        desk.usher_with_input(&words, secret).expect(0);
    };
    given("account-cert", &desk.edge.account_certificate());
    given("api-token", &desk.edge.add_api_token(&ADMINISTRATOR));
    let service = desk.edge.add_service_token(ACME);
    given("service-token", &format!("{} {}", service.id, service.secret));
    desk.edge.add_tunnel("web");
    desk.usher(&["tunnel", "token", "web"]).expect(0);
    let secrets = desk.edge.secrets();
    assert!(secrets.len() > 5, "tokens, an API token, a certificate's, a tunnel's secret and its token");
    desk.usher(&["revoke", "--all", "--yes"]).expect(0);
    let pid = agent.process.id();
    assert!(found_in(pid, &["app.example.test".to_owned()]) > 0, "the search finds what is not secret");
    // Connections that nobody needs any more are closed after a while, with what is left in their buffers.
    eventually(|| (found_in(pid, &secrets) == 0).then_some(()));
}

/// Counts the places in a process's memory that hold one of the texts, as it is or in UTF-16.
pub(super) fn found_in(pid: u32, texts: &[String]) -> usize {
    let needles: Vec<Vec<u8>> = texts
        .iter()
        .map(String::as_bytes)
        .flat_map(|text| [text.to_vec(), text.iter().flat_map(|byte| [*byte, 0]).collect()])
        .collect();
    let memory = fs::File::open(format!("/proc/{pid}/mem")).expect("root may");
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("root may");
    let mut found = 0;
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|modes| modes.starts_with("rw")))
    {
        let (begin, end) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let at = |text| u64::from_str_radix(text, 16).expect("an address");
        let mut bytes = vec![0; usize::try_from(at(end) - at(begin)).expect("it fits")];
        for (page, from) in bytes.chunks_mut(PAGE).zip((at(begin)..).step_by(PAGE)) {
            // A page that was given back since, or that the kernel shows to nobody, hides none of the others.
            let _ = memory.read_exact_at(page, from);
        }
        found += needles.iter().map(|needle| memmem(&bytes, needle)).sum::<usize>();
    }
    found
}

fn memmem(bytes: &[u8], needle: &[u8]) -> usize {
    let first = needle[0];
    let mut found = 0;
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        found += usize::from(rest[at..].starts_with(needle));
        rest = &rest[at + 1..];
    }
    found
}
