//! At least one message of every variant. A variant without one does not compile.

use std::sync::Arc;

use usher_proto::answer::{Event, Header, Hello, Imported, Outcome, State, Status, StoreStatus};
use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin, Target};
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
            "event-waiting" => Answer::Event(Event::Waiting { left: 599 });
        Headers: "headers" => Answer::Headers {
            headers: vec![Header { name: parsed("cf-access-token"), value: Arc::new(secret(TOKEN)) }],
            credential: Arc::new(app_token()),
        };
        Refreshed: "refreshed" => Answer::Refreshed { credential: Arc::new(app_token()) };
        Verified: "verified" => Answer::Verified { credential: Arc::new(app_token()), replaced: false };
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
