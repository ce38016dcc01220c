//! What the real agent does in there, and one thing that it does not: links out of it lead nowhere.

use std::fs;
use std::os::unix::fs::symlink;

use usher_tests::edge::Edge;
use usher_tests::home::Home;
use usher_tests::process::Foreground;

use super::kernel_has_it_all;
use crate::PROGRAMS;

#[test]
#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
fn a_link_to_a_file_of_somebody_else_is_not_followed() {
    if !kernel_has_it_all() {
        println!("skipped: this kernel has no Landlock, or an old one");
        return;
    }
    let home = Home::with_sealed_file(PROGRAMS);
    let agent = home.start_agent(&[]);
    let (passphrase, elsewhere) = (home.path().join("passphrase"), home.path().join("work/passphrase"));
    fs::copy(&passphrase, &elsewhere).expect("it is there");
    fs::remove_file(&passphrase).expect("it is there");
    symlink(&elsewhere, &passphrase).expect("a free name");
    let refused = home.usher(&["list"]).expect(7);
    assert!(refused.stderr.contains("may not read"), "{refused:?}");
    drop(agent);
    home.usher(&["list"]).expect(0); // which began with the link
}

/// By its name, and with authorities out of the environment: there is nothing about it in the config file.
#[test]
fn a_host_is_found_and_trusted_in_there() {
    let (home, edge) = (Home::new(PROGRAMS), Edge::start());
    home.configure_online("store = \"memory\"\n");
    let url = format!("https://localhost:{}", edge.address().port());
    let with = |variable: &str, path: std::path::PathBuf| {
        let mut command = home.command(home.program("usher-agent"));
        let agent = Foreground::start({
            command.env(variable, path);
            command
        });
        let refused = home.usher(&["login", "--no-browser", &url]).expect(6);
        drop(agent);
        refused.stderr
    };
    for said in [with("SSL_CERT_FILE", edge.ca_file()), with("SSL_CERT_DIR", edge.folder().to_owned())] {
        assert!(said.contains("no Access application is at this URL"), "it was reached: {said}");
    }
    let other = home.path().join("other.pem");
    fs::copy(Edge::start().ca_file(), &other).expect("a file");
    let said = with("SSL_CERT_FILE", other);
    assert!(said.contains("certificate of localhost is not trusted"), "{said}");
}

#[test]
fn the_audit_log_is_put_aside_in_there() {
    let home = Home::new(PROGRAMS);
    let log = home.audit_log();
    fs::create_dir_all(log.parent().expect("a folder")).expect("a folder");
    fs::write(&log, format!("{}\n", "x".repeat(1024 * 1024 - 2))).expect("a file");
    let _agent = home.start_agent(&[]);
    home.usher(&["forget", "app-000000000000"]).expect(3);
    assert!(fs::read_to_string(&log).expect("a new one").starts_with('{'));
    assert!(fs::read_to_string(log.with_extension("log.1")).expect("the old one").starts_with('x'));
}
