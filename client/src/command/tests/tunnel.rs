use usher_proto::answer::{Event, Imported, Outcome};
use usher_proto::request::Origin;
use usher_proto::tunnel::{Connector, Tunnel, TunnelForm, TunnelStatus};

use super::login::pages;
use super::*;
use crate::testing::telling;

const PAGE: &str = "https://dash.cloudflare.com/argotunnel?aud=&callback=https%3A%2F%2Fx%2Fkey";

fn web() -> Tunnel {
    Tunnel {
        id: "f70ff985-a4ef-4643-bbbc-4a0ed4fc8415".into(),
        name: "web\u{1b}[2J".into(),
        account: "699d98642c564d2e855e9661899b7252".into(),
        status: TunnelStatus::Degraded,
        created: None,
        held: Some("tunnel-0123456789ab".parse().expect("an id")),
    }
}

fn imported(trouble: Option<Refusal>) -> Answer {
    Answer::Imported(Imported {
        credential: credential(),
        outcome: Outcome::New,
        safe: trouble.is_none(),
        trouble,
    })
}

fn page() -> Answer {
    Answer::Event(Event::LogInToAccount { url: Arc::new(secret(PAGE)), left: 600 })
}

fn waiting() -> Answer {
    Answer::Event(Event::Waiting { left: 599 })
}

#[test]
fn a_login_shows_its_page_and_says_what_came() {
    let agent = telling(|request| {
        let Request::CertLogin { profile, fedramp } = request else { panic!("{request:?}") };
        assert_eq!((profile.as_str(), fedramp), ("work", true));
        vec![page(), waiting(), imported(None)]
    });
    let ran = usher(&["--profile", "work", "tunnel", "login", "--fedramp"], b"", agent);
    assert_eq!((ran.exit, pages()), (Exit::Done, vec![PAGE.to_owned()]), "{}", ran.errors);
    for words in
        ["choose a zone", PAGE, "Your browser was asked to open it.", "Waiting for the login; 10:00 left"]
    {
        assert!(ran.errors.contains(words), "{words}: {}", ran.errors);
    }
    assert!(ran.output.contains(": new, "), "{}", ran.output);
}

#[test]
fn who_joins_a_login_is_told_so_and_gets_the_page_when_it_is_its_turn() {
    let joined = telling(|_| vec![waiting(), waiting(), imported(None)]);
    let ran = usher(&["tunnel", "login"], b"", joined);
    assert_eq!((ran.exit, pages()), (Exit::Done, vec![]));
    assert_eq!(ran.errors.matches("Another client was asked to open the page").count(), 1, "{}", ran.errors);

    let in_turn = telling(|_| vec![waiting(), page(), waiting(), imported(None)]);
    let ran = usher(&["tunnel", "login"], b"", in_turn);
    assert_eq!(pages(), [PAGE]);
    assert!(ran.errors.find("Another client") < ran.errors.find(PAGE), "{}", ran.errors);
}

#[test]
fn a_certificate_that_is_not_in_the_store_is_an_error() {
    let trouble = Refusal::new(Code::StoreFailed, "the store failed", "see to it");
    let agent = telling(move |_| vec![page(), imported(Some(trouble.clone()))]);
    let ran = usher(&["tunnel", "login", "--no-browser"], b"", agent);
    assert_eq!((ran.exit, pages()), (Exit::Store, vec![]));
    assert!(
        ran.output.contains("new, not stored") && ran.errors.contains("the store failed"),
        "{}",
        ran.errors
    );
}

#[test]
fn a_page_that_is_none_is_not_shown() {
    let bad =
        || Answer::Event(Event::LogInToAccount { url: Arc::new(secret("https://a\u{1b}[2J")), left: 1 });
    for words in [&["tunnel", "login"][..], &["tunnel", "login", "--json", "--qr"]] {
        let ran = usher(words, b"", telling(move |_| vec![bad(), imported(None)]));
        assert_eq!((ran.exit, pages()), (Exit::Other, vec![]));
        assert!(!ran.errors.contains('\u{1b}') && !ran.output.contains('\u{1b}'));
    }
}

#[test]
fn tunnels_are_listed_and_shown_cleaned() {
    let agent = answering(|request| {
        let Request::Tunnels { profile, cert } = request else { panic!("{request:?}") };
        assert_eq!((profile.as_str(), cert.map(String::from)), ("default", Some("cert-0123456789ab".into())));
        Answer::Tunnels { tunnels: vec![web()] }
    });
    let ran = usher(&["tunnel", "list", "--cert", "cert-0123456789ab"], b"", agent);
    assert_eq!(
        ran.output,
        "NAME     UUID                                  STATUS    MADE  HELD\n\
         web\u{fffd}[2J  f70ff985-a4ef-4643-bbbc-4a0ed4fc8415  degraded  -     tunnel-0123456789ab\n"
    );

    let connector = Connector {
        id: "c0ffee00-0000-4000-8000-000000000000".into(),
        version: "2026.8.2".into(),
        arch: "linux_amd64\n".into(),
        since: None,
        places: vec!["ams07".into(), "fra\u{7}".into()],
    };
    let agent = answering(move |request| {
        let Request::Tunnel(which) = request else { panic!("{request:?}") };
        assert_eq!((which.tunnel.as_str(), which.cert), ("web", None));
        Answer::Tunnel { tunnel: web(), connectors: vec![connector.clone()] }
    });
    let ran = usher(&["tunnel", "show", "web"], b"", agent);
    assert!(
        ran.output.contains("2 (ams07, fra\u{fffd})") && ran.output.contains("degraded"),
        "{}",
        ran.output
    );
    assert!(ran.output.chars().all(|c| c == '\n' || !c.is_control()), "{}", ran.output);

    let none = answering(|_| Answer::Tunnel { tunnel: Tunnel { held: None, ..web() }, connectors: vec![] });
    let ran = usher(&["tunnel", "show", "web"], b"", none);
    assert!(ran.output.contains("held     no\nNo connector serves it.\n"), "{}", ran.output);
}

#[test]
fn credentials_are_printed_alone_and_in_the_form_that_was_asked_for() {
    for (verb, wanted) in [("token", TunnelForm::Token), ("credentials", TunnelForm::Credentials)] {
        let agent = answering(move |request| {
            let Request::TunnelSecret { which, form } = request else { panic!("{request:?}") };
            assert_eq!((which.tunnel.as_str(), form), ("web", wanted));
            Answer::Secret { secret: Arc::new(secret("eyJhIjoi")), credential: credential() }
        });
        let ran = usher(&["tunnel", verb, "web"], b"", agent);
        assert_eq!((ran.exit, &*ran.output, &*ran.errors), (Exit::Done, "eyJhIjoi", ""));
    }
}

#[test]
fn an_import_of_a_tunnel_is_one_of_its_kind() {
    let agent = answering(|request| {
        let Request::Import(import) = request else { panic!("{request:?}") };
        let Origin::Given { kind, app: None, label } = import.from else { panic!("{import:?}") };
        assert_eq!((kind.as_str(), label.as_deref()), ("tunnel", Some("web")));
        assert_eq!(import.secret, secret("eyJhIjoi"));
        imported(None)
    });
    let ran = usher(&["tunnel", "import", "--label", "web"], b"eyJhIjoi\n", agent);
    assert_eq!(ran.exit, Exit::Done, "{}", ran.errors);
}

#[test]
fn what_is_not_a_name_or_an_id_is_not_asked_for() {
    for words in [
        &["tunnel", "token", ""][..],
        &["tunnel", "token", "a\nb"],
        &["tunnel", "show", "web", "--cert", "web"],
        &["tunnel", "list", "--cert", ""],
        &["tunnel", "list", "web"],
        &["tunnel", "nothing"],
        &["tunnel"],
    ] {
        let ran = usher(words, b"", unasked());
        assert_eq!((ran.exit, &*ran.output), (Exit::Usage, ""), "{words:?}");
    }
}
