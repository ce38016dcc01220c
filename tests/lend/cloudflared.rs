//! `usher cloudflared`: with a certificate that is in no file cloudflared manages tunnels, and what it makes
//! goes to the agent.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use usher_tests::desk::Desk;
use usher_tests::home::Home;
use usher_tests::process::{Ran, run};

use super::{give_certificate, held, stand_in, with_cloudflared};
use crate::secrets::search::Search;
use crate::{BROWSER, PROGRAMS};

/// A home whose agent has a certificate, and its cloudflared.
pub(super) struct Managed {
    pub(super) desk: Desk,
    cloudflared: PathBuf,
}

impl Managed {
    /// Sets up a home with a store that outlives a reboot. Without a program it has the stand-in.
    pub(super) fn new(cloudflared: Option<&Path>) -> Self {
        let desk = Desk::with_store(PROGRAMS, BROWSER, Home::sealed_file);
        give_certificate(&desk);
        let cloudflared = cloudflared.map_or_else(|| stand_in(&desk), Path::to_owned);
        Self { desk, cloudflared }
    }

    /// Runs `cloudflared tunnel` with these words.
    pub(super) fn tunnel(&self, words: &[&str]) -> Ran {
        run(self.command(words), "")
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let api = format!("https://localhost:{}/client/v4", self.desk.edge.address().port());
        let words = [&["cloudflared", "--", "tunnel", "--api-url", &api], words].concat();
        with_cloudflared(&self.desk, &self.cloudflared, &words)
    }

    /// Expects no secret in any file of the home, beside the sealed one.
    fn clean(&self) {
        let mut search = Search::of(&["TunnelSecret", "ARGO TUNNEL TOKEN"]);
        self.desk.edge.secrets().iter().for_each(|secret| search.add(secret));
        let left = search.files(self.desk.home.path());
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Makes, runs and removes a tunnel; nothing of it is ever in a file that stays.
pub(super) fn a_tunnel_from_beginning_to_end(managed: &Managed) {
    let desk = &managed.desk;
    managed.tunnel(&["list"]).expect(0);
    let ran = managed.tunnel(&["create", "web"]).expect(0);
    assert!(ran.stderr.contains("the agent holds the credentials of tunnel web as tunnel-"), "{ran:?}");
    assert!(!ran.stderr.contains("over a reboot"), "{ran:?}");
    let all = format!("{}{}", ran.stdout, ran.stderr);
    let (_, written) = all.split_once("written to ").expect("where cloudflared wrote");
    let (path, _) = written.split_once(".json").expect("a path");
    let folder = Path::new(path).parent().expect("a folder");
    assert!(path.contains("usher-made-") && !folder.exists(), "{path}");
    assert_eq!(held(desk, "tunnel"), ["web"]);
    managed.clean();

    let list = managed.tunnel(&["list"]).expect(0).stdout;
    let line = list.lines().find(|line| line.contains(" web")).expect("it is there");
    let id = line.split_whitespace().next().expect("an id");
    let token = managed.tunnel(&["token", "web"]).expect(0).stdout;
    assert_eq!(token.trim(), desk.edge.tunnel_token(id));
    let lent = desk.usher(&["exec", "--tunnel", "web", "--", "sh", "-c", "cat $TUNNEL_TOKEN_FILE"]).expect(0);
    assert_eq!(lent.stdout, token.trim(), "the agent has the same");

    let again = managed.tunnel(&["create", "web"]);
    assert_ne!(again.code, Some(0), "the name is taken");
    assert_eq!(held(desk, "tunnel"), ["web"], "{again:?}");
    let gone = managed.tunnel(&["delete", "web"]).expect(0);
    assert!(gone.stderr.contains("whose tunnel is gone"), "{gone:?}");
    assert!(held(desk, "tunnel").is_empty());
    managed.clean();
}

#[test]
fn a_tunnel_is_made_run_and_removed() {
    a_tunnel_from_beginning_to_end(&Managed::new(None));
}

#[test]
fn by_uuid_too_credentials_are_forgotten_and_only_those() {
    let managed = Managed::new(None);
    for name in ["web", "api"] {
        managed.tunnel(&["create", name]).expect(0);
    }
    let list = managed.tunnel(&["list"]).expect(0).stdout;
    let id = list.lines().find_map(|line| line.strip_suffix(" web")).expect("it is there");
    managed.tunnel(&["delete", "no-such-tunnel"]).expect(1);
    managed.tunnel(&["delete", "-f", id]).expect(0);
    assert_eq!(held(&managed.desk, "tunnel"), ["api"]);
}

/// The agent ends while cloudflared runs: the only copy of the credentials must not go away.
#[test]
fn what_the_agent_cannot_keep_stays_where_it_is() {
    let managed = Managed::new(None);
    let stop = format!("{} --no-start agent stop", managed.desk.home.program("usher").display());
    let mut command = managed.command(&["create", "web"]);
    command.env("STAND_IN_MEANWHILE", stop).env("USHER_NO_START", "1");
    let ran = run(command, "").expect(0);
    let (_, after) = ran.stderr.split_once("the credentials of tunnel web are in ").expect("it is said");
    let (path, _) = after.split_once(", because").expect("where");
    assert!(
        ran.stderr.contains(&format!("usher import --stdin --kind tunnel --label web <{path}")),
        "{ran:?}"
    );
    let content: Value = serde_json::from_slice(&fs::read(path).expect("it is there")).expect("whole");
    assert!(content["TunnelSecret"].is_string());

    let hint = format!(
        "{} import --stdin --kind tunnel --label web <{path}",
        managed.desk.home.program("usher").display()
    );
    let mut shell = managed.desk.home.command("sh");
    shell.args(["-c", &hint]);
    run(shell, "").expect(0);
    assert_eq!(held(&managed.desk, "tunnel"), ["web"]);
    fs::remove_dir_all(Path::new(path).parent().expect("a folder")).expect("ours");
}

#[test]
fn a_file_that_the_person_names_is_the_persons() {
    let managed = Managed::new(None);
    let own = managed.desk.home.path().join("own.json");
    let words = ["create", "--credentials-file", &own.display().to_string(), "web"];
    managed.tunnel(&words).expect(0);
    let mut command = managed.command(&["create", "api"]);
    let other = own.with_file_name("other.json");
    command.env("TUNNEL_CRED_FILE", &other);
    run(command, "").expect(0);
    assert!(own.exists() && other.exists() && held(&managed.desk, "tunnel").is_empty());
}

#[test]
fn what_needs_no_certificate_gets_none() {
    let managed = Managed::new(None);
    for (words, certificate) in [
        (&["cloudflared", "--", "access", "token"][..], false),
        (&["cloudflared", "--", "tail", "web"], true),
        (&["cloudflared", "--cert", &certificate_id(&managed), "--", "access"], true),
    ] {
        let ran = run(with_cloudflared(&managed.desk, &managed.cloudflared, words), "").expect(4);
        let says = if certificate { "certificate: True" } else { "certificate: False" };
        assert!(ran.stderr.contains(says), "{words:?}: {ran:?}");
    }
    let without = Desk::new(PROGRAMS, BROWSER);
    let program = stand_in(&without);
    run(with_cloudflared(&without, &program, &["cloudflared", "--", "--version"]), "").expect(0);
    let none =
        run(with_cloudflared(&without, &program, &["cloudflared", "--", "tunnel", "list"]), "").expect(3);
    assert!(none.stderr.contains("hint:"), "{none:?}");
}

fn certificate_id(managed: &Managed) -> String {
    let list = managed.desk.usher(&["list", "--json"]).expect(0).json();
    let all = list["credentials"].as_array().expect("a list");
    let certificate = all.iter().find(|one| one["kind"] == "account-cert").expect("it was imported");
    certificate["id"].as_str().expect("an id").to_owned()
}
