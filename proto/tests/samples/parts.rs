//! The enums in messages.

use usher_proto::answer::{Event, Outcome, State};
use usher_proto::change::Happening;
use usher_proto::credential::Source;
use usher_proto::request::{Origin, Target};
use usher_proto::revocation::{Revocation, RevocationState};
use usher_proto::tunnel::{TunnelForm, TunnelStatus};
use usher_proto::{Code, Kind};

use super::values::{changed, file, given, log_in, log_in_to_account, parsed, revoked, service_token};

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
