//! What messages are about.

use std::sync::Arc;

use usher_proto::answer::Event;
use usher_proto::change::{Change, Happening};
use usher_proto::credential::Source;
use usher_proto::request::Origin;
use usher_proto::revocation::{RevocationState, Revoked};
use usher_proto::tunnel::{Connector, Tunnel, TunnelStatus, WhichTunnel};
use usher_proto::{Credential, Kind, ProfileName, Secret, Timestamp};

/// Of the form of a JWT, and short.
pub(super) const TOKEN: &str = "eyJ.e30.c2ln";

/// Makes a secret of text.
pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.into()).expect("a sample is not empty")
}

pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is well formed"))
}

pub(super) fn file() -> Origin {
    Origin::File {
        name: format!("app.example.com-{:064x}-token", 1),
        login_url: Some(secret("https://app.example.com/cdn-cgi/access/cli?token=x")),
    }
}

pub(super) fn given() -> Origin {
    Origin::Given { kind: Kind::AppToken, app: Some(parsed("*.example.com/admin")), label: None }
}

pub(super) fn service_token() -> Origin {
    Origin::ServiceToken {
        app: None,
        team: Some(parsed("acme.cloudflareaccess.com")),
        header: Some(parsed("Authorization")),
        label: None,
    }
}

pub(super) fn log_in() -> Event {
    Event::LogIn {
        url: Arc::new(secret("https://app.example.com/cdn-cgi/access/cli?token=x")),
        label: "app.example.com".into(),
        team: parsed("acme.cloudflareaccess.com"),
        open: true,
        left: 600,
    }
}

pub(super) fn app_token() -> Credential {
    Credential {
        id: parsed("app-3b01511e5b32"),
        profile: ProfileName::default(),
        kind: Kind::AppToken,
        label: "app.example.com".into(),
        app: Some(parsed("app.example.com")),
        audience: Some(parsed(&format!("{:064x}", 1))),
        team: Some(parsed("acme.cloudflareaccess.com")),
        account: None,
        zone: None,
        tunnel: None,
        client_id: None,
        email: Some("alice@example.com".into()),
        issued: Some(Timestamp(1_764_000_000)),
        expires: Some(Timestamp(1_764_086_400)),
        source: Source::Given,
    }
}

pub(super) fn tunnel() -> Credential {
    Credential {
        id: parsed("tunnel-0123456789ab"),
        profile: parsed("work"),
        kind: Kind::Tunnel,
        label: "web".into(),
        app: None,
        audience: None,
        team: None,
        account: Some("0".repeat(32)),
        zone: Some("1".repeat(32)),
        tunnel: Some("f3b3f1c2-0000-4000-8000-000000000000".into()),
        client_id: Some("id.access".into()),
        email: None,
        issued: None,
        expires: None,
        source: Source::File("f3b3f1c2-0000-4000-8000-000000000000.json".into()),
    }
}

pub(super) fn which_tunnel() -> WhichTunnel {
    WhichTunnel { tunnel: parsed("web"), profile: ProfileName::default(), cert: None }
}

pub(super) fn a_tunnel() -> Tunnel {
    Tunnel {
        id: "f3b3f1c2-0000-4000-8000-000000000000".into(),
        name: "web".into(),
        account: "0".repeat(32),
        status: TunnelStatus::Healthy,
        created: Some(Timestamp(1_764_000_000)),
        held: Some(parsed("tunnel-0123456789ab")),
    }
}

pub(super) fn connector() -> Connector {
    Connector {
        id: "1bedc50d-42b3-473c-b108-ff3d10c0d925".into(),
        version: "2026.8.2".into(),
        arch: "linux_amd64".into(),
        since: None,
        places: vec!["ams07".into()],
    }
}

pub(super) fn revoked() -> Revoked {
    Revoked {
        credential: Arc::new(app_token()),
        state: RevocationState::Pending,
        how: "the session is logged out".into(),
        why: Some("acme.cloudflareaccess.com cannot be reached".into()),
        until: Some(Timestamp(1_764_086_400)),
    }
}

pub(super) fn changed() -> Event {
    Event::Changed(Change {
        what: Happening::Refreshed,
        credential: Some(Arc::new(app_token())),
        at: Timestamp(1_764_000_000),
    })
}

pub(super) fn log_in_to_account() -> Event {
    Event::LogInToAccount {
        url: Arc::new(secret("https://dash.cloudflare.com/argotunnel?aud=&callback=x")),
        left: 600,
    }
}
