use usher_proto::request::{Import, Target};
use usher_proto::revocation::Revocation;
use usher_proto::tunnel::TunnelForm;
use usher_proto::{ProfileName, Request};

use super::values::{TOKEN, file, given, parsed, secret, service_token, which_tunnel};

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
        Sandbox: "sandbox" => Request::Sandbox {};
    }
}
