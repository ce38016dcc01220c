use std::sync::Arc;

use usher_proto::answer::{Event, Header, Hello, Imported, Outcome, Sandbox, State, Status, StoreStatus};
use usher_proto::{Answer, Code, Refusal, Timestamp};

use super::values::{
    TOKEN, a_tunnel, app_token, changed, connector, log_in, log_in_to_account, parsed, revoked, secret,
    tunnel,
};

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
        Sandbox: "sandbox" => Answer::Sandbox(Sandbox {
            holds: vec!["no-new-privileges".into(), "seccomp".into()],
            lacks: vec!["landlock: this kernel does not have it".into()],
        });
    }
}
