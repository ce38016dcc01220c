//! `usher exec`: ways, variables, exit codes, and what is seen of it.

use std::path::Path;

use usher_tests::desk::Desk;
use usher_tests::process::{Ran, run};

use super::{APP, OTHER, desk};

/// Prints a variable, and the content of the path in it if it is one, twice.
const SHOW: &str =
    r#"eval "value=\$$1"; printf '%s\n' "$value"; [ -e "$value" ] && cat "$value" "$value"; :"#;

/// Runs a program with these words of `usher exec` before it.
fn exec(desk: &Desk, words: &[&str], program: &[&str]) -> Ran {
    desk.usher(&[&["exec"], words, &["--"], program].concat())
}

/// Tells the value of the variable, and what can be read there.
fn show(desk: &Desk, words: &[&str], variable: &str) -> (String, String) {
    let ran = exec(desk, words, &["sh", "-c", SHOW, "sh", variable]).expect(0);
    assert_eq!(ran.stderr, "", "{words:?}");
    let (value, content) = ran.stdout.split_once('\n').expect("a line");
    (value.to_owned(), content.to_owned())
}

#[test]
fn each_is_lent_in_each_way() {
    let desk = desk();
    let token = desk.usher(&["token", APP]).expect(0).stdout;
    let tunnel = desk.edge.tunnel_token(&tunnel_of(&desk));
    assert_eq!(show(&desk, &["--app", APP], "CF_ACCESS_TOKEN").0, token);
    assert_eq!(show(&desk, &["--tunnel", "web", "--as", "env"], "TUNNEL_TOKEN").0, tunnel);
    let certificate = show(&desk, &["--cert", "C=", "--as", "env"], "C").0;
    assert!(certificate.starts_with("-----BEGIN"), "{certificate}");

    for (words, variable, secret) in [
        (&["--app", APP][..], "CF_ACCESS_TOKEN_FILE", &token),
        (&["--tunnel", "web"], "TUNNEL_TOKEN_FILE", &tunnel),
    ] {
        for way in ["fd", "file"] {
            let (path, content) = show(&desk, &[words, &["--as", way]].concat(), variable);
            assert_eq!(path.starts_with("/dev/fd/"), way == "fd", "{path}");
            // Elsewhere a descriptor is read once.
            let times = if way == "fd" && cfg!(not(target_os = "linux")) { 1 } else { 2 };
            assert_eq!(content, secret.repeat(times), "{words:?} {way}");
            assert!(way == "fd" || !Path::new(&path).exists(), "{path} is gone");
        }
    }
    for words in [&["--cert"][..], &["--cert", "--as", "file"]] {
        let (_, content) = show(&desk, words, "TUNNEL_ORIGIN_CERT");
        assert!(content.contains("ARGO TUNNEL TOKEN"), "{words:?}: {content}");
    }
    let (path, content) = show(&desk, &["--tunnel", "web", "--cert"], "TUNNEL_TOKEN_FILE");
    assert!(path.starts_with("/dev/fd/") && content.starts_with(&tunnel), "as it is without --as");
}

fn tunnel_of(desk: &Desk) -> String {
    let list = desk.usher(&["list", "--json"]).expect(0).json();
    let all = list["credentials"].as_array().expect("a list");
    let tunnel = all.iter().find(|one| one["kind"] == "tunnel").expect("it was imported");
    tunnel["tunnel"].as_str().expect("a UUID").to_owned()
}

#[test]
fn several_have_names_of_their_own() {
    let desk = desk();
    let names = format!("OTHER={OTHER}");
    let both =
        exec(&desk, &["--app", APP, "--app", &names], &["sh", "-c", r#"echo "$CF_ACCESS_TOKEN $OTHER""#]);
    let both = both.expect(0).stdout;
    let (one, other) = both.trim().split_once(' ').expect("two");
    assert!(one.starts_with("eyJ") && other.starts_with("eyJ") && one != other, "{both}");
    let twice = exec(&desk, &["--app", APP, "--app", OTHER], &["true"]).expect(2);
    assert!(twice.stderr.contains("two are to be lent as CF_ACCESS_TOKEN"), "{twice:?}");
    for (words, says) in [
        (&["--as", "argument"][..], "say env, fd or file"),
        (&["--cert", "--as", "env"], "--cert NAME="),
        (&["--app", "https://"], "it looks like"),
    ] {
        let wrong = exec(&desk, words, &["true"]).expect(2);
        assert!(wrong.stderr.contains(says), "{wrong:?}");
    }
}

/// What is not there is an error before the program starts.
#[test]
fn without_what_it_needs_the_program_is_not_started() {
    let desk = desk();
    for words in [
        &["--app", "https://rival.example.test", "--as", "file"][..],
        &["--app", "https://app.rival.test"],
        &["--cert", "cert-000000000000"],
        &["--app", APP, "--app", "X=https://app.rival.test"],
    ] {
        let ran = exec(&desk, words, &["echo", "it ran"]);
        assert!(matches!(ran.code, Some(3 | 6)) && ran.stdout.is_empty(), "{words:?}: {ran:?}");
        assert!(ran.stderr.contains("hint:"), "{ran:?}");
    }
}

#[test]
fn exit_codes_are_those_of_a_shell() {
    let desk = desk();
    let not_a_program = desk.home.path().join("not-a-program");
    std::fs::write(&not_a_program, "text").expect("room");
    let not_a_program = not_a_program.display().to_string();
    for way in ["env", "fd", "file"] {
        for (program, code) in [
            (&["true"][..], 0),
            (&["sh", "-c", "exit 3"], 3),
            (&["sh", "-c", "exit 255"], 255),
            (&[&*not_a_program], 126),
            (&["usher-test-no-such-program"], 127),
            (&["sh", "-c", "kill -TERM $$"], 128 + 15),
            (&["sh", "-c", "kill -KILL $$"], 128 + 9),
        ] {
            // A shell tells how usher ended, which on its way may have become the program.
            let mut shell = desk.home.command("sh");
            shell.args(["-c", r#""$@"; echo "code $?""#, "sh"]).arg(desk.home.program("usher"));
            shell.args(["exec", "--app", APP, "--as", way, "--"]).args(program);
            let ran = run(shell, "");
            assert!(ran.stdout.ends_with(&format!("code {code}\n")), "{way} {program:?}: {ran:?}");
            assert_eq!(ran.stderr.contains("hint:"), code == 126 || code == 127, "{ran:?}");
        }
    }
}

#[test]
fn input_output_and_words_are_the_programs() {
    let desk = desk();
    for way in ["env", "file"] {
        let words = [
            "exec",
            "--app",
            APP,
            "--as",
            way,
            "--",
            "sh",
            "-c",
            r#"cat; echo "$1" "$2""#,
            "sh",
            "--as",
            "a  b",
        ];
        let ran = desk.usher_with_input(&words, "what was typed\n").expect(0);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("what was typed\n--as a  b\n", ""));
    }
}

#[test]
fn secrets_that_lie_about_are_taken_out_of_the_environment() {
    let desk = Desk::new(crate::PROGRAMS, crate::BROWSER);
    let secrets = [
        "TUNNEL_TOKEN",
        "TUNNEL_SERVICE_TOKEN_SECRET",
        "CLOUDFLARE_API_TOKEN",
        "CF_API_KEY",
        "CF_ACCESS_TOKEN",
    ];
    let env = |words: &[&str]| {
        let mut command = desk.command(&[&["exec"], words, &["--", "env"]].concat());
        command.envs(secrets.map(|name| (name, "canary"))).env("TUNNEL_LOGLEVEL", "debug");
        run(command, "").expect(0).stdout
    };
    let without = env(&[]);
    assert!(!without.contains("canary") && without.contains("TUNNEL_LOGLEVEL=debug"), "{without}");
    assert!(without.contains("USHER_SOCK="), "the program may ask the agent itself");
    let kept = env(&["--keep", "CF_API_KEY", "--keep", "TUNNEL_TOKEN"]);
    let mut lines: Vec<_> = kept.lines().filter(|line| line.contains("canary")).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["CF_API_KEY=canary", "TUNNEL_TOKEN=canary"]);
}

/// Tells what the program sees of its descriptors.
#[cfg(target_os = "linux")]
#[test]
fn a_descriptor_is_memory_that_nobody_can_change() {
    const LOOK: &str = r#"
import fcntl, os, sys
path = os.environ["TUNNEL_TOKEN_FILE"]
number = int(path.rsplit("/", 1)[1])
links = [os.readlink(entry.path) for entry in os.scandir("/proc/self/fd") if os.path.lexists(entry.path)]
print(*(link for link in links if link.startswith(("socket:", "/memfd:"))))
print(os.readlink(f"/proc/self/fd/{number}"), oct(os.fstat(number).st_mode & 0o777))
print(fcntl.fcntl(number, 1034) & 15)  # F_GET_SEALS: the seal itself, shrinking, growing, writing
for attempt in (lambda: os.write(number, b"x"), lambda: os.ftruncate(number, 0), lambda: os.write(os.open(path, os.O_RDWR), b"x")):
    try:
        attempt()
        print("changed")
    except OSError:
        pass
print(len(os.read(number, 65536)), len(open(path).read()), len(open(path).read()))
"#;
    let desk = desk();
    let ran = exec(&desk, &["--tunnel", "web"], &["python3", "-c", LOOK]).expect(0);
    let length = desk.edge.tunnel_token(&tunnel_of(&desk)).len();
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "/memfd:lent (deleted)", "no other, and not our way to the agent");
    assert_eq!(lines[1], "/memfd:lent (deleted) 0o400");
    assert_eq!(lines[2], "15", "sealed");
    assert_eq!(lines[3], format!("{length} {length} {length}"), "read again and again, and not changed");
}

/// A private file is the user's alone, in memory, and the only thing that is written.
#[cfg(target_os = "linux")]
#[test]
fn a_private_file_lies_in_memory_where_nobody_else_looks() {
    let desk = desk();
    let look =
        r#"f=$TUNNEL_TOKEN_FILE; stat -c %a "$f"; stat -c %a "${f%/*}"; stat -f -c %T "$f"; ls "${f%/*}""#;
    let ran = exec(&desk, &["--tunnel", "web", "--as", "file"], &["sh", "-c", look]).expect(0);
    assert_eq!(ran.stdout, "600\n700\ntmpfs\nTUNNEL_TOKEN_FILE\nlock\n", "and an empty file beside it");
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_secret_is_seen_of_it() {
    use crate::secrets::search::{Search, processes};

    /// Waits for the signal that ends it.
    const WAIT: &str = r#"import signal, sys; print("running", file=sys.stderr, flush=True); signal.pause()"#;

    let desk = desk();
    let mut search = Search::of(&["eyJ", "ARGO TUNNEL TOKEN"]);
    desk.edge.secrets().iter().for_each(|secret| search.add(secret));
    for way in ["fd", "file", "env"] {
        let words = ["exec", "--app", APP, "--tunnel", "web", "--cert", "C=", "--as", way, "--"];
        let program = ["python3", "-c", WAIT];
        let mut running = desk.begin(&[&words[..], &program].concat());
        running.line_with("running");
        let seen = processes(desk.home.path());
        assert!(seen.len() >= 2, "the agent, the program, and usher where it waits");
        let shown = seen.iter().filter(|process| search.find(&process.environment).is_some()).count();
        assert_eq!(shown > 0, way == "env", "{way}");
        for process in &seen {
            search.clean("a command line", &process.command_line);
        }
        let left = search.files(desk.home.path());
        assert!(left.is_empty(), "{left:?}");
        super::send(running.id(), rustix::process::Signal::TERM);
        running.finish();
    }
}
