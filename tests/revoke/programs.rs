//! The same with the real programs: a plan first, a table at the end, files that go away, and an agent
//! that is ended or killed in the middle.

use std::fs;

use serde_json::Value;
use usher_tests::desk::Desk;
use usher_tests::edge::{ApiCall, Fault, Where};

use super::{ADMINISTRATOR, APP};
use crate::{BROWSER, PROGRAMS};

/// A desk whose agent keeps its credentials, and what is on it: an app token, a certificate from a
/// cloudflared folder, a tunnel of it, and an API token.
struct Setting {
    desk: Desk,
    certificate: std::path::PathBuf,
    tunnel: String,
    old: String,
    api_token: String,
}

impl Setting {
    fn new() -> Self {
        let desk = Desk::with_store(PROGRAMS, BROWSER, |home| home.sealed_file());
        desk.usher(&["login", APP]).expect(0);
        let folder = desk.home.path().join(".cloudflared");
        fs::create_dir(&folder).expect("a folder");
        let certificate = folder.join("cert.pem");
        fs::write(&certificate, desk.edge.account_certificate()).expect("a file");
        desk.usher(&["import"]).expect(0);
        let tunnel = desk.edge.add_tunnel("web");
        let old = desk.edge.tunnel_token(&tunnel);
        desk.edge.connect(&tunnel, &old).expect("its own token");
        desk.usher(&["tunnel", "token", "web"]).expect(0);
        let api_token = desk.edge.add_api_token(&ADMINISTRATOR);
        let words = ["import", "--stdin", "--kind", "api-token", "--label", "admin"];
        desk.usher_with_input(&words, &api_token).expect(0);
        Self { desk, certificate, tunnel, old, api_token }
    }

    /// Sees that nothing is taken any more and nothing is left to do.
    #[track_caller]
    fn all_is_over(&self) {
        assert!(!self.desk.edge.api_token_lives(&self.api_token));
        assert!(self.desk.edge.connect(&self.tunnel, &self.old).is_err());
        assert!(!self.desk.edge.connectors(&self.tunnel).iter().any(|one| one.alive && !one.current));
        let list = self.desk.usher(&["list", "--json"]).expect(0).json();
        assert_eq!(list["credentials"], Value::Array(Vec::new()));
        assert!(self.desk.edge.log().strays().is_empty());
    }

    fn pending(&self) -> bool {
        self.desk.usher(&["status"]).expect(0).stdout.contains("to be revoked")
    }
}

#[test]
fn the_plan_comes_first_and_the_table_tells_the_truth() {
    let setting = Setting::new();
    let plan = setting.desk.usher(&["revoke", "--all", "--dry-run"]).expect(0).stdout;
    assert_eq!(plan.matches("planned").count(), 5, "{plan}");
    let asked = setting.desk.usher(&["revoke", "--all"]).expect(2);
    assert!(asked.stderr.contains("--yes"), "{}", asked.stderr);
    assert!(setting.desk.edge.api_token_lives(&setting.api_token), "nothing was done");

    let table = setting.desk.usher(&["revoke", "--all", "--yes"]).expect(0);
    assert_eq!(table.stdout.matches("  revoked  ").count(), 5, "{}", table.stdout);
    assert!(table.stdout.contains("Revoked 5 of 5 credentials."), "{}", table.stdout);
    assert!(!setting.certificate.exists(), "the file that it came from is gone");
    setting.all_is_over();
}

#[test]
fn a_file_that_holds_something_new_stays() {
    let setting = Setting::new();
    let new = setting.desk.edge.account_certificate();
    fs::write(&setting.certificate, &new).expect("a file");
    setting.desk.usher(&["revoke", "--all", "--yes"]).expect(0);
    assert_eq!(fs::read_to_string(&setting.certificate).expect("it is there"), new);
    let list = setting.desk.usher(&["list", "--json"]).expect(0).json();
    assert_eq!(list["credentials"], Value::Array(Vec::new()), "and is not taken in");
}

#[test]
fn with_the_network_down_it_is_wiped_and_finished_by_itself_after_a_restart() {
    let setting = Setting::new();
    let down = setting.desk.edge.fault(Where::Anywhere, Fault::Cut);
    let ran = setting.desk.usher(&["revoke", "--all", "--yes", "--json"]).expect(6);
    let answer: Value = serde_json::from_str(ran.stdout.lines().last().expect("a line")).expect("JSON");
    let states = answer["revoked"].as_array().expect("a list").iter().map(|one| one["state"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["pending"; 5]);
    let list = setting.desk.usher(&["list", "--json"]).expect(0).json();
    assert_eq!(list["credentials"], Value::Array(Vec::new()));
    assert!(!setting.certificate.exists(), "the file is wiped too");
    assert!(setting.pending());
    setting.desk.usher(&["agent", "stop"]).expect(0);
    drop(down);
    setting.desk.usher(&["agent", "start"]).expect(0);
    setting.desk.edge.wait_until(|log| log.count_of(Where::Api(ApiCall::DeleteToken)) >= 2);
    usher_tests::world::eventually(|| (!setting.pending()).then_some(()));
    setting.all_is_over();
}

#[test]
fn an_agent_that_is_killed_in_the_middle_goes_on_where_it_was() {
    for held in [
        Where::Logout,
        Where::Api(ApiCall::ChangeTunnel),
        Where::Api(ApiCall::DropConnections),
        Where::Api(ApiCall::DeleteToken),
    ] {
        let setting = Setting::new();
        setting.desk.usher(&["agent", "stop"]).expect(0);
        let agent = setting.desk.home.start_agent(&[]);
        let hold = setting.desk.edge.fault(held.times(1), Fault::HoldBack);
        let before = setting.desk.edge.log().count_of(held);
        let client = setting.desk.begin(&["revoke", "--all", "--yes"]);
        setting.desk.edge.wait_until(|log| log.count_of(held) > before);
        agent.crash();
        drop((hold, client));
        let list = setting.desk.usher(&["list", "--json"]).expect(0).json();
        assert_eq!(list["credentials"], Value::Array(Vec::new()), "{held:?}: nothing of it came back");
        usher_tests::world::eventually(|| (!setting.pending()).then_some(()));
        setting.all_is_over();
        assert!(setting.desk.edge.log().count_of(Where::Api(ApiCall::ChangeTunnel)) == 1, "{held:?}: once");
    }
}
