//! The README's line with curl, by the shell and the curl of this machine.

use usher_tests::desk::Desk;
use usher_tests::edge::hosts::ACME;
use usher_tests::process::run;

use super::{APP, desk};

/// Opens a URL with what `usher token --header` prints; tells the status.
fn open(desk: &Desk, url: &str, host: &str) -> String {
    let mut command = desk.home.command("bash");
    command
        .args(["-c", "curl \"$@\" --header @<(\"$USHER\" token --header \"$HOST\")", "bash"])
        .args(curl(desk, url))
        .env("USHER", desk.home.program("usher"))
        .env("HOST", host);
    run(command, "").expect(0).stdout
}

/// The words for curl, beside the header.
fn curl(desk: &Desk, url: &str) -> Vec<String> {
    let (ca, address) = (desk.edge.ca_file().display().to_string(), desk.edge.address());
    let connect = format!("::{address}");
    ["--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code}"]
        .into_iter()
        .chain(["--cacert", &ca, "--connect-to", &connect, url])
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_headers_open_the_application() {
    let desk = desk();
    let mut bare = desk.home.command("curl");
    bare.args(curl(&desk, APP));
    assert_eq!(run(bare, "").expect(0).stdout, "302", "without them there is the login page");

    desk.usher(&["login", APP]).expect(0);
    assert_eq!(open(&desk, APP, "app.example.test"), "200");

    let pair = desk.edge.add_service_token(ACME);
    let given = format!("{}\n{}", pair.id, pair.secret);
    let import = ["import", "--stdin", "--kind", "service-token", "--app", "service.example.test"];
    desk.usher_with_input(&import, &given).expect(0);
    assert_eq!(open(&desk, "https://service.example.test/x", "service.example.test"), "200");
}
