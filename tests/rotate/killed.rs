//! The agent is killed in the middle of a rotation: the same command finishes it after a restart, and the
//! replicas get the token from a descriptor, group by group.

use usher_tests::desk::Desk;
use usher_tests::edge::{ApiCall, Fault, Where};
use usher_tests::world::eventually;

use crate::{BROWSER, PROGRAMS};

/// A desk whose agent keeps its credentials, with a tunnel that has a connector.
struct Setting {
    desk: Desk,
    tunnel: String,
    old: String,
}

impl Setting {
    fn new() -> Self {
        let desk = Desk::with_store(PROGRAMS, BROWSER, |home| home.sealed_file());
        let words = ["import", "--stdin", "--kind", "account-cert"];
        desk.usher_with_input(&words, &desk.edge.account_certificate()).expect(0);
        let tunnel = desk.edge.add_tunnel("web");
        let old = desk.edge.tunnel_token(&tunnel);
        desk.edge.connect(&tunnel, &old).expect("its own token");
        assert_eq!(desk.usher(&["tunnel", "token", "web"]).expect(0).stdout, old);
        Self { desk, tunnel, old }
    }

    fn served(&self) -> String {
        self.desk.usher(&["tunnel", "token", "web"]).expect(0).stdout
    }

    #[track_caller]
    fn is_rotated(&self) {
        assert_eq!(self.served(), self.desk.edge.tunnel_token(&self.tunnel));
        assert!(self.desk.edge.connect(&self.tunnel, &self.old).is_err());
        assert!(!self.desk.usher(&["status"]).expect(0).stdout.contains("half rotated"));
        assert!(self.desk.edge.log().strays().is_empty());
    }

    #[track_caller]
    fn is_cut(&self) {
        assert!(!self.desk.edge.connectors(&self.tunnel).iter().any(|one| one.alive && !one.current));
    }
}

#[test]
fn killed_at_any_call_it_goes_on_with_the_same_secret() {
    for (held, fault) in [
        (ApiCall::ChangeTunnel, Fault::Hang),
        (ApiCall::ChangeTunnel, Fault::HoldBack),
        (ApiCall::DropConnections, Fault::Hang),
        (ApiCall::DropConnections, Fault::HoldBack),
    ] {
        let setting = Setting::new();
        setting.desk.usher(&["agent", "stop"]).expect(0);
        let agent = setting.desk.home.start_agent(&[]);
        let part = Where::Api(held);
        let hold = setting.desk.edge.fault(part.times(1), fault);
        let client = setting.desk.begin(&["tunnel", "rotate", "web", "--drop-connections"]);
        setting.desk.edge.wait_until(|log| log.count_of(part) > 0);
        agent.crash();
        drop((hold, client));
        // What was held back may still be carried out; what the API then holds is served, whichever it is.
        let now = eventually(|| {
            let now = setting.desk.edge.tunnel_token(&setting.tunnel);
            (setting.served() == now).then_some(now)
        });
        setting.desk.usher(&["tunnel", "rotate", "web"]).expect(0);
        setting.is_cut();
        setting.is_rotated();
        if now != setting.old {
            assert_eq!(setting.served(), now, "{held:?}: no third secret was made");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn each_group_gets_the_token_by_a_descriptor_and_a_failure_is_where_it_goes_on() {
    let setting = Setting::new();
    let seen = setting.desk.home.path().join("seen");
    std::fs::create_dir(&seen).expect("a folder");
    let deploy =
        format!(r#"cat "$TUNNEL_TOKEN_FILE" > '{0}'/$USHER_GROUP && test -e '{0}'/go"#, seen.display());
    let words = ["tunnel", "rotate", "web", "--deploy", &deploy, "--deploy", &deploy];
    let failed = setting.desk.usher(&words).expect(1);
    assert!(failed.stderr.contains("group 1"), "{}", failed.stderr);
    assert!(setting.desk.usher(&["status"]).expect(0).stdout.contains("half rotated"));
    let token = setting.served();
    assert_eq!(std::fs::read_to_string(seen.join("1")).expect("the first group's"), token);
    std::fs::remove_file(seen.join("1")).expect("it is there");
    std::fs::write(seen.join("go"), "").expect("a file");
    let done = setting.desk.usher(&words).expect(0).stdout;
    assert!(done.contains("2 groups got the new token"), "{done}");
    for group in ["1", "2"] {
        assert_eq!(std::fs::read_to_string(seen.join(group)).expect("a group's"), token);
    }
    assert_ne!(token, setting.old);
    setting.is_rotated();
}
