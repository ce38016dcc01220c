//! `usher audit`.

use std::fs;
use std::io::Write;
use std::path::Path;

use usher_tests::home::Home;
use usher_tests::process::Ran;
#[cfg(unix)]
use usher_tests::under_way::UnderWay;

use crate::PROGRAMS;

/// A line of the log.
fn line(time: &str, verb: &str, id: &str) -> String {
    format!(
        r#"{{"time":"{time}","uid":0,"pid":7,"exe":"/usr/bin/usher","parent":{{"pid":5,"exe":"/bin/sh"}},"verb":"{verb}","id":"{id}","kind":null,"label":null,"profile":null,"outcome":"done"}}"#
    ) + "\n"
}

fn add(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let mut file = fs::File::options().create(true).append(true).open(path).expect("our own file");
    file.write_all(text.as_bytes()).expect("written");
}

/// Tells what the rows of a table or the lines of JSON are about.
fn ids(ran: &Ran) -> Vec<&str> {
    let words = ran.stdout.split(['"', ' ']);
    words.filter(|word| word.starts_with("app-")).collect()
}

#[test]
fn it_shows_every_file_in_order_without_an_agent() {
    let home = Home::new(PROGRAMS);
    let log = home.audit_log();
    let none = home.usher(&["--no-start", "audit"]).expect(0);
    assert!(none.stdout.is_empty() && none.stderr.contains("no audit log"), "{none:?}");
    let lines = [
        line("2026-01-01T00:00:00.000Z", "token", "app-000000000001"),
        line("2026-01-02T00:00:00.000Z", "forget", "app-000000000002"),
        line("2026-01-03T00:00:00.000Z", "token", "app-000000000001"),
    ];
    add(&log.with_extension("log.2"), &lines[0]);
    add(&log.with_extension("log.1"), &(lines[1].clone() + "no line\n{}\n"));
    add(&log, &(lines[2].clone() + "{\"time\":\"2026-01-04T00:"));
    let json = home.usher(&["--no-start", "audit", "--json"]).expect(0);
    assert_eq!(json.stdout, lines.concat(), "as they are, and a torn one is left out");
    let table = home.usher(&["--no-start", "audit"]).expect(0);
    let rows: Vec<_> = table.stdout.lines().collect();
    assert_eq!(rows.len(), 4, "{table:?}");
    for word in ["2026-01-02T00:00:00.000Z", "usher 7 (sh 5)", "forget", "app-000000000002", "done"] {
        assert!(rows[2].contains(word), "{word}: {rows:?}");
    }
    for (words, expected) in [
        (&["--since", "2026-01-02"][..], &["app-000000000002", "app-000000000001"][..]),
        (&["--since", "2026-01-02T00:00:00.001Z"], &["app-000000000001"]),
        (&["--since", "1h"], &[]),
        (&["--id", "app-000000000001"], &["app-000000000001", "app-000000000001"]),
        (&["--id", "app-000000000001", "--since", "2026-01-02"], &["app-000000000001"]),
    ] {
        for form in [&[][..], &["--json"]] {
            let ran = home.usher(&[&["audit"][..], words, form].concat()).expect(0);
            assert_eq!(ids(&ran), expected, "{words:?}");
        }
    }
    home.usher(&["audit", "--since", "soon"]).expect(2);
    home.usher(&["--no-start", "agent", "status"]).expect(4);
}

#[test]
fn what_the_real_agent_wrote_is_read() {
    let home = Home::new(PROGRAMS);
    let agent = home.start_agent(&[]);
    let words = ["import", "--stdin", "--kind", "api-token", "--label", "d\u{1b}[2Jns"];
    home.usher_with_input(&words, &"x".repeat(40)).expect(0);
    home.usher(&["agent", "stop"]).expect(0);
    assert!(agent.wait().0.success());
    let table = home.usher(&["audit", "--since", "10m"]).expect(0);
    let rows: Vec<_> = table.stdout.lines().collect();
    let imported = rows[1].contains(" import ") && rows[1].contains(" d\u{fffd}[2Jns ");
    assert!(imported && rows[2].contains(" stop "), "{table:?}");
}

/// Each line appears once, however often the files are put aside meanwhile.
#[test]
#[cfg(unix)]
fn who_follows_sees_each_line_once_across_files() {
    let home = Home::new(PROGRAMS);
    let log = home.audit_log();
    let named = |number: u32| line("2026-01-01T00:00:00.000Z", "token", &format!("app-{number:012}"));
    let mut command = home.command("sh");
    let usher = home.program("usher");
    // What is printed comes on standard error, which can be read while it goes on.
    command.args(["-c", &format!("exec {} audit --follow --json >&2", usher.display())]);
    let mut follower = UnderWay::start(command);
    follower.line_with("no audit log");
    let mut expect = |number: u32| {
        let shown = follower.line_with("app-");
        assert_eq!(shown, named(number).trim_end());
    };
    for round in 0..3 {
        let first = round * 4;
        let torn = named(first + 3);
        add(&log, &(named(first) + &named(first + 1)));
        expect(first);
        expect(first + 1);
        add(&log, &named(first + 2));
        for old in (0..4).rev() {
            let name =
                |old: u32| if old == 0 { log.clone() } else { log.with_extension(format!("log.{old}")) };
            let _ = fs::rename(name(old), name(old + 1));
        }
        add(&log, &torn[..40]);
        expect(first + 2);
        add(&log, &torn[40..]);
        expect(first + 3);
    }
}
