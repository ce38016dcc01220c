//! Programs that run with secrets lent to them: each gets what it was lent, in the way that was chosen, and
//! nothing of it stays anywhere. cloudflared is one of them: a stand-in, and the real one where the
//! environment names it.

mod cloudflared;
mod exec;
mod real;
mod run;
mod signals;

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use usher_tests::desk::Desk;
use usher_tests::process::install;

use crate::{BROWSER, PROGRAMS};

const APP: &str = "https://app.example.test";
const OTHER: &str = "https://other.example.test";

/// Logs in, and gives the agent a certificate and the credentials of a tunnel, `web`.
fn desk() -> Desk {
    let desk = Desk::new(PROGRAMS, BROWSER);
    desk.usher(&["login", APP]).expect(0);
    give_certificate(&desk);
    let tunnel = desk.edge.add_tunnel("web");
    give_tunnel(&desk, "web", &desk.edge.tunnel_token(&tunnel));
    desk
}

/// Imports a certificate from a file that is then removed, so that it is in no file.
fn give_certificate(desk: &Desk) {
    let folder = desk.home.path().join(".cloudflared");
    fs::create_dir(&folder).expect("a fresh home");
    fs::write(folder.join("cert.pem"), desk.edge.account_certificate()).expect("room");
    desk.usher(&["import"]).expect(0);
    fs::remove_dir_all(folder).expect("our own folder");
}

fn give_tunnel(desk: &Desk, name: &str, token: &str) {
    let words = ["import", "--stdin", "--kind", "tunnel", "--label", name];
    desk.usher_with_input(&words, token).expect(0);
}

/// Tells what the agent holds of a kind, by label.
fn held(desk: &Desk, kind: &str) -> Vec<String> {
    let list = desk.usher(&["list", "--json"]).expect(0).json();
    let all = list["credentials"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    all.filter(|one| one["kind"] == json!(kind)).map(|one| text(&one["label"])).collect()
}

/// Prepares usher with these words, and with this cloudflared before the simulated Cloudflare.
fn with_cloudflared(desk: &Desk, cloudflared: &Path, words: &[&str]) -> Command {
    let mut command = desk.command(words);
    command.env("USHER_CLOUDFLARED", cloudflared).env("SSL_CERT_FILE", desk.edge.ca_file());
    command
}

/// Installs the stand-in, and tells where it is.
fn stand_in(desk: &Desk) -> std::path::PathBuf {
    let to = desk.home.path().join("bin/cloudflared");
    install(&Path::new(env!("CARGO_MANIFEST_DIR")).join("lend/cloudflared"), &to);
    to
}

/// Sends a signal as another process does.
fn send(process: u32, signal: Signal) {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(id, signal).expect("a process of ours");
}
