//! At least one message of every variant. A variant without one does not compile.

use std::sync::Arc;

use usher_proto::answer::{Event, Header, Hello, Imported, Outcome, State, Status, StoreStatus};
use usher_proto::change::{Change, Happening};
use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin, Target};
use usher_proto::revocation::{Revocation, RevocationState, Revoked};
use usher_proto::tunnel::{Connector, Tunnel, TunnelForm, TunnelStatus, WhichTunnel};
use usher_proto::{Answer, Code, Credential, Kind, ProfileName, Refusal, Request, Secret, Timestamp};

/// Makes the list of an enum's samples: variant, then the names and values of its samples.
macro_rules! samples {
    ($(#[$doc:meta])* $list:ident: $enum:ident {
        $($variant:ident: $($name:literal => $sample:expr),+;)+
    }) => {
        $(#[$doc])*
        pub(crate) fn $list() -> Vec<(&'static str, $enum)> {
            // Without a wildcard, so that a new variant has to come here.
            let _ = |listed: &$enum| match listed { $($enum::$variant { .. } => (),)+ };
            let mut samples = Vec::new();
            $($(
                samples.push(($name, $sample));
                assert!(matches!(samples.last(), Some((_, $enum::$variant { .. }))), "{} is another", $name);
            )+)+
            samples
        }
    };
}

samples! {
    /// What a client asks.
    requests: Request {
        Hello: "hello" => Request::Hello {};
        Token: "token" => Request::Token {
            app: parsed("https://app.example.com"), profile: ProfileName::default(), min_valid: 5,
        };
        List:
            "list" => Request::List { profile: None, after: None },
            "list-profile" => Request::List { profile: Some(parsed("work")), after: Some(parsed("app-3b01511e5b32")) };
        Show: "show" => Request::Show { id: parsed("app-3b01511e5b32") };
        Import:
            "import-file" => Request::Import(Import {
                profile: ProfileName::default(), from: file(), secret: secret(TOKEN),
            }),
            "import-given" => Request::Import(Import {
                profile: parsed("work"), from: given(), secret: secret(TOKEN),
            }),
            "import-service-token" => Request::Import(Import {
                profile: ProfileName::default(), from: service_token(), secret: secret("id.access secret"),
            });
        Forget: "forget" => Request::Forget { id: parsed("app-3b01511e5b32") };
        ForgetAll:
            "forget-all" => Request::ForgetAll { profile: None },
            "forget-all-profile" => Request::ForgetAll { profile: Some(parsed("work")) };
        Status: "status" => Request::Status {};
        Lock: "lock" => Request::Lock { passphrase: secret("open sesame") };
        Unlock:
            "unlock" => Request::Unlock { passphrase: None },
            "unlock-passphrase" => Request::Unlock { passphrase: Some(secret("öffne dich")) };
        Stop: "stop" => Request::Stop {};
        Login: "login" => Request::Login {
            app: parsed("https://app.example.com/admin"),
            profile: ProfileName::default(),
            min_valid: 5,
            fedramp: false,
            auto_close: true,
        };
        Refresh:
            "refresh" => Request::Refresh {
                target: Target::App(parsed("https://app.example.com")), profile: ProfileName::default(),
            },
            "refresh-id" => Request::Refresh {
                target: Target::Id(parsed("app-3b01511e5b32")), profile: ProfileName::default(),
            };
        Verify: "verify" => Request::Verify {
            target: Target::App(parsed("https://app.example.com")), profile: parsed("work"),
        };
        Headers: "headers" => Request::Headers {
            app: parsed("https://app.example.com"), profile: ProfileName::default(), min_valid: 5,
        };
        CertLogin: "cert-login" => Request::CertLogin { profile: parsed("work"), fedramp: false };
        Cert: "cert" => Request::Cert { id: None, profile: ProfileName::default() };
        Tunnels: "tunnels" => Request::Tunnels { profile: ProfileName::default(), cert: Some(parsed("cert-0123456789ab")) };
        Tunnel: "tunnel" => Request::Tunnel(which_tunnel());
        TunnelSecret:
            "tunnel-secret" => Request::TunnelSecret { which: which_tunnel(), form: TunnelForm::Token },
            "tunnel-secret-credentials" => Request::TunnelSecret {
                which: which_tunnel(), form: TunnelForm::Credentials,
            };
        RotateTunnel: "rotate-tunnel" => Request::RotateTunnel {
            which: which_tunnel(), drop_connections: true, staged: false,
        };
        Deployed: "deployed" => Request::Deployed {
            id: parsed("tunnel-0123456789ab"), groups: 1, finished: false,
        };
        RotateServiceToken: "rotate-service-token" => Request::RotateServiceToken {
            id: parsed("service-0123456789ab"), overlap: 3600,
        };
        RollCert: "roll-cert" => Request::RollCert { id: parsed("cert-0123456789ab") };
        Revoke:
            "revoke" => Request::Revoke {
                what: Revocation::Each(vec![Target::Id(parsed("app-3b01511e5b32"))]), dry_run: true,
            },
            "revoke-all" => Request::Revoke { what: Revocation::All(Some(parsed("work"))), dry_run: false };
        Pending: "pending" => Request::Pending {};
        Watch:
            "watch" => Request::Watch { profile: None, targets: Vec::new() },
            "watch-app" => Request::Watch {
                profile: Some(parsed("work")), targets: vec![Target::App(parsed("https://app.example.com"))],
            };
        WasRevoked: "was-revoked" => Request::WasRevoked(Import {
            profile: ProfileName::default(), from: file(), secret: secret(TOKEN),
        });
    }
}

samples! {
    /// What the agent answers.
    answers: Answer {
        Hello: "hello" => Answer::Hello(Hello {
            version: "0.1.0".into(),
            protocol: 1,
            features: vec!["frames".into(), "json-lines".into()],
            max_message: 262_144,
            max_connections: 1024,
            message_deadline: 10,
        });
        Token: "token" => Answer::Token { token: Arc::new(secret(TOKEN)), credential: Arc::new(app_token()) };
        List:
            "list" => Answer::List { credentials: vec![Arc::new(app_token()), Arc::new(tunnel())], more: true },
            "list-empty" => Answer::List { credentials: Vec::new(), more: false };
        Show: "show" => Answer::Show { credential: Arc::new(tunnel()) };
        Imported:
            "imported" => Answer::Imported(Imported {
                credential: Arc::new(app_token()), outcome: Outcome::New, safe: true, trouble: None,
            }),
            "imported-trouble" => Answer::Imported(Imported {
                credential: Arc::new(app_token()),
                outcome: Outcome::Replaced,
                safe: false,
                trouble: Some(Refusal::new(
                    Code::StoreFull, "the kernel keyring is full", "`usher forget` something",
                )),
            });
        Forgotten: "forgotten" => Answer::Forgotten { count: 1 };
        Status: "status" => Answer::Status(Status {
            version: "0.1.0".into(),
            pid: 4711,
            started: Timestamp(1_764_000_000),
            socket: "/run/user/1000/usher/agent.sock".into(),
            store: StoreStatus {
                name: "keyring".into(),
                chosen: "found to work first".into(),
                keeps: "until removed".into(),
                trouble: None,
            },
            state: State::Open,
            credentials: 2,
            unsaved: 0,
            connections: 1,
        });
        Locked: "locked" => Answer::Locked {};
        Unlocked: "unlocked" => Answer::Unlocked {};
        Stopping: "stopping" => Answer::Stopping {};
        Error: "error" => Answer::Error(Refusal::new(
            Code::LoginRequired, "the token for app.example.com expired 3 min ago", "log in, then import again",
        ));
        Event:
            "event-log-in" => Answer::Event(log_in()),
            "event-waiting" => Answer::Event(Event::Waiting { left: 599 }),
            "event-log-in-to-account" => Answer::Event(log_in_to_account()),
            "event-changed" => Answer::Event(changed()),
            "event-revoking" => Answer::Event(Event::Revoking(revoked()));
        Headers: "headers" => Answer::Headers {
            headers: vec![Header { name: parsed("cf-access-token"), value: Arc::new(secret(TOKEN)) }],
            credential: Arc::new(app_token()),
        };
        Refreshed: "refreshed" => Answer::Refreshed { credential: Arc::new(app_token()) };
        Verified: "verified" => Answer::Verified { credential: Arc::new(app_token()), replaced: false };
        Tunnels: "tunnels" => Answer::Tunnels { tunnels: vec![a_tunnel()] };
        Tunnel: "tunnel" => Answer::Tunnel { tunnel: a_tunnel(), connectors: vec![connector()] };
        Secret: "secret" => Answer::Secret { secret: Arc::new(secret("eyJhIjoi")), credential: Arc::new(tunnel()) };
        Rotated: "rotated" => Answer::Rotated {
            credential: Arc::new(tunnel()), deployed: 0, finished: true, overlap: None,
        };
        Revoked: "revoked" => Answer::Revoked { revoked: vec![revoked()] };
        Pending: "pending" => Answer::Pending { revoked: Vec::new(), rotations: vec![Arc::new(tunnel())] };
        WasRevoked: "was-revoked" => Answer::WasRevoked { at: Some(Timestamp(1_764_000_000)) };
    }
}

samples! {
    /// What an imported secret is.
    origins: Origin {
        File: "file" => file();
        Given: "given" => given();
        ServiceToken: "service-token" => service_token();
    }
}

samples! {
    /// What names an app token.
    targets: Target {
        Id: "id" => Target::Id(parsed("app-3b01511e5b32"));
        App: "app" => Target::App(parsed("https://app.example.com"));
    }
}

samples! {
    /// What happens before an answer.
    events: Event {
        LogIn: "log-in" => log_in();
        Waiting: "waiting" => Event::Waiting { left: 599 };
        LogInToAccount: "log-in-to-account" => log_in_to_account();
        Changed: "changed" => changed();
        Revoking: "revoking" => Event::Revoking(revoked());
    }
}

samples! {
    /// What is to be revoked.
    revocations: Revocation {
        Each: "each" => Revocation::Each(vec![Target::App(parsed("https://app.example.com"))]);
        All: "all" => Revocation::All(None);
        Person: "person" => Revocation::Person(parsed("ada@example.com"));
        App: "app" => Revocation::App(parsed("https://app.example.com"));
        Pending: "pending" => Revocation::Pending;
    }
}

samples! {
    /// How far revocations are.
    revocation_states: RevocationState {
        Planned: "planned" => RevocationState::Planned;
        Done: "done" => RevocationState::Done;
        Pending: "pending" => RevocationState::Pending;
        StillValid: "still-valid" => RevocationState::StillValid;
    }
}

samples! {
    /// Forms of tunnel credentials.
    tunnel_forms: TunnelForm {
        Token: "token" => TunnelForm::Token;
        Credentials: "credentials" => TunnelForm::Credentials;
    }
}

samples! {
    /// Whether tunnels are connected.
    tunnel_statuses: TunnelStatus {
        Inactive: "inactive" => TunnelStatus::Inactive;
        Degraded: "degraded" => TunnelStatus::Degraded;
        Healthy: "healthy" => TunnelStatus::Healthy;
        Down: "down" => TunnelStatus::Down;
        Unknown: "unknown" => TunnelStatus::Unknown;
    }
}

samples! {
    /// What can happen.
    happenings: Happening {
        Issued: "issued" => Happening::Issued;
        Refreshed: "refreshed" => Happening::Refreshed;
        Expiring: "expiring" => Happening::Expiring;
        Revoked: "revoked" => Happening::Revoked;
        Forgotten: "forgotten" => Happening::Forgotten;
        Locked: "locked" => Happening::Locked;
        Unlocked: "unlocked" => Happening::Unlocked;
        Missed: "missed" => Happening::Missed;
    }
}

samples! {
    /// Where a credential came from.
    sources: Source {
        File: "file" => Source::File("cert.pem".into());
        Given: "given" => Source::Given;
        Login: "login" => Source::Login;
        Exchange: "exchange" => Source::Exchange;
    }
}

samples! {
    /// Kinds of credential.
    kinds: Kind {
        AppToken: "app-token" => Kind::AppToken;
        OrgToken: "org-token" => Kind::OrgToken;
        AccountCert: "account-cert" => Kind::AccountCert;
        ServiceToken: "service-token" => Kind::ServiceToken;
        Tunnel: "tunnel" => Kind::Tunnel;
        ApiToken: "api-token" => Kind::ApiToken;
    }
}

samples! {
    /// What an import changed.
    outcomes: Outcome {
        New: "new" => Outcome::New;
        Replaced: "replaced" => Outcome::Replaced;
        Unchanged: "unchanged" => Outcome::Unchanged;
        Older: "older" => Outcome::Older;
    }
}

samples! {
    /// States of the agent.
    states: State {
        Open: "open" => State::Open;
        Locked: "locked" => State::Locked;
        NeedsPassphrase: "needs-passphrase" => State::NeedsPassphrase;
        Unavailable: "unavailable" => State::Unavailable;
        NeedsNewPassphrase: "needs-new-passphrase" => State::NeedsNewPassphrase;
        Closed: "closed" => State::Closed;
    }
}

samples! {
    /// Codes of refusals.
    codes: Code {
        BadRequest: "bad-request" => Code::BadRequest;
        TooLarge: "too-large" => Code::TooLarge;
        TooSlow: "too-slow" => Code::TooSlow;
        WrongVersion: "wrong-version" => Code::WrongVersion;
        NotFound: "not-found" => Code::NotFound;
        LoginRequired: "login-required" => Code::LoginRequired;
        Locked: "locked" => Code::Locked;
        WrongPassphrase: "wrong-passphrase" => Code::WrongPassphrase;
        Denied: "denied" => Code::Denied;
        Malformed: "malformed" => Code::Malformed;
        Legacy: "legacy" => Code::Legacy;
        Expired: "expired" => Code::Expired;
        StoreLocked: "store-locked" => Code::StoreLocked;
        StoreTimeout: "store-timeout" => Code::StoreTimeout;
        StoreFull: "store-full" => Code::StoreFull;
        StoreFailed: "store-failed" => Code::StoreFailed;
        Network: "network" => Code::Network;
        Unavailable: "unavailable" => Code::Unavailable;
        NoAccess: "no-access" => Code::NoAccess;
        AccessDenied: "access-denied" => Code::AccessDenied;
        NotSupported: "not-supported" => Code::NotSupported;
        ServiceTokenRefused: "service-token-refused" => Code::ServiceTokenRefused;
        WrongClock: "wrong-clock" => Code::WrongClock;
        Untrusted: "untrusted" => Code::Untrusted;
        LoginTimeout: "login-timeout" => Code::LoginTimeout;
        NoPermission: "no-permission" => Code::NoPermission;
        Revoked: "revoked" => Code::Revoked;
        Uncertain: "uncertain" => Code::Uncertain;
    }
}

/// Of the form of a JWT, and short.
const TOKEN: &str = "eyJ.e30.c2ln";

/// Makes a secret of text.
pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text.into()).expect("a sample is not empty")
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is well formed"))
}

fn file() -> Origin {
    Origin::File {
        name: format!("app.example.com-{:064x}-token", 1),
        login_url: Some(secret("https://app.example.com/cdn-cgi/access/cli?token=x")),
    }
}

fn given() -> Origin {
    Origin::Given { kind: Kind::AppToken, app: Some(parsed("*.example.com/admin")), label: None }
}

fn service_token() -> Origin {
    Origin::ServiceToken {
        app: None,
        team: Some(parsed("acme.cloudflareaccess.com")),
        header: Some(parsed("Authorization")),
        label: None,
    }
}

fn log_in() -> Event {
    Event::LogIn {
        url: Arc::new(secret("https://app.example.com/cdn-cgi/access/cli?token=x")),
        label: "app.example.com".into(),
        team: parsed("acme.cloudflareaccess.com"),
        open: true,
        left: 600,
    }
}

fn app_token() -> Credential {
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

fn tunnel() -> Credential {
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

fn which_tunnel() -> WhichTunnel {
    WhichTunnel { tunnel: parsed("web"), profile: ProfileName::default(), cert: None }
}

fn a_tunnel() -> Tunnel {
    Tunnel {
        id: "f3b3f1c2-0000-4000-8000-000000000000".into(),
        name: "web".into(),
        account: "0".repeat(32),
        status: TunnelStatus::Healthy,
        created: Some(Timestamp(1_764_000_000)),
        held: Some(parsed("tunnel-0123456789ab")),
    }
}

fn connector() -> Connector {
    Connector {
        id: "1bedc50d-42b3-473c-b108-ff3d10c0d925".into(),
        version: "2026.8.2".into(),
        arch: "linux_amd64".into(),
        since: None,
        places: vec!["ams07".into()],
    }
}

fn revoked() -> Revoked {
    Revoked {
        credential: Arc::new(app_token()),
        state: RevocationState::Pending,
        how: "the session is logged out".into(),
        why: Some("acme.cloudflareaccess.com cannot be reached".into()),
        until: Some(Timestamp(1_764_086_400)),
    }
}

fn changed() -> Event {
    Event::Changed(Change {
        what: Happening::Refreshed,
        credential: Some(Arc::new(app_token())),
        at: Timestamp(1_764_000_000),
    })
}

fn log_in_to_account() -> Event {
    Event::LogInToAccount {
        url: Arc::new(secret("https://dash.cloudflare.com/argotunnel?aud=&callback=x")),
        left: 600,
    }
}
