//! Any message: strategies that make requests and answers.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use usher_proto::answer::{Event, Header, Hello, Imported, Sandbox, Status, StoreStatus};
use usher_proto::change::Change;
use usher_proto::credential::Source;
use usher_proto::request::{Import, Origin, Target};
use usher_proto::revocation::{Revocation, Revoked};
use usher_proto::tunnel::{Connector, Tunnel, WhichTunnel};
use usher_proto::{
    Answer, AppPattern, AppUrl, Code, Credential, CredentialId, HeaderName, Kind, ProfileName, Refusal,
    Request, Secret, TeamDomain, Timestamp,
};

use crate::samples;

/// Any request.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        Just(()).prop_map(|()| Request::Hello {}),
        (app_url(), profile(), any::<u32>()).prop_map(|(app, profile, min_valid)| Request::Token {
            app,
            profile,
            min_valid
        }),
        (option::of(profile()), option::of(id()))
            .prop_map(|(profile, after)| Request::List { profile, after }),
        id().prop_map(|id| Request::Show { id }),
        (profile(), origin(), secret()).prop_map(|(profile, from, secret)| Request::Import(Import {
            profile,
            from,
            secret
        })),
        id().prop_map(|id| Request::Forget { id }),
        option::of(profile()).prop_map(|profile| Request::ForgetAll { profile }),
        Just(()).prop_map(|()| Request::Status {}),
        secret().prop_map(|passphrase| Request::Lock { passphrase }),
        option::of(secret()).prop_map(|passphrase| Request::Unlock { passphrase }),
        Just(()).prop_map(|()| Request::Stop {}),
        (app_url(), profile(), any::<u32>(), any::<[bool; 2]>()).prop_map(
            |(app, profile, min_valid, [fedramp, auto_close])| Request::Login {
                app,
                profile,
                min_valid,
                fedramp,
                auto_close
            }
        ),
        (target(), profile()).prop_map(|(target, profile)| Request::Refresh { target, profile }),
        (target(), profile()).prop_map(|(target, profile)| Request::Verify { target, profile }),
        (app_url(), profile(), any::<u32>()).prop_map(|(app, profile, min_valid)| Request::Headers {
            app,
            profile,
            min_valid
        }),
        (profile(), any::<bool>()).prop_map(|(profile, fedramp)| Request::CertLogin { profile, fedramp }),
        (option::of(id()), profile()).prop_map(|(id, profile)| Request::Cert { id, profile }),
        (profile(), option::of(id())).prop_map(|(profile, cert)| Request::Tunnels { profile, cert }),
        which_tunnel().prop_map(Request::Tunnel),
        (which_tunnel(), select(all(samples::tunnel_forms())))
            .prop_map(|(which, form)| Request::TunnelSecret { which, form }),
        (which_tunnel(), any::<[bool; 2]>()).prop_map(|(which, [drop_connections, staged])| {
            Request::RotateTunnel { which, drop_connections, staged }
        }),
        (id(), any::<u32>(), any::<bool>()).prop_map(|(id, groups, finished)| Request::Deployed {
            id,
            groups,
            finished
        }),
        (id(), any::<u32>()).prop_map(|(id, overlap)| Request::RotateServiceToken { id, overlap }),
        id().prop_map(|id| Request::RollCert { id }),
        (revocation(), any::<bool>()).prop_map(|(what, dry_run)| Request::Revoke { what, dry_run }),
        Just(()).prop_map(|()| Request::Pending {}),
        (option::of(profile()), vec(target(), 0..4))
            .prop_map(|(profile, targets)| Request::Watch { profile, targets }),
        (profile(), origin(), secret())
            .prop_map(|(profile, from, secret)| { Request::WasRevoked(Import { profile, from, secret }) }),
        Just(()).prop_map(|()| Request::Sandbox {}),
    ]
}

/// Any answer.
pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        hello().prop_map(Answer::Hello),
        (secret(), credential())
            .prop_map(|(token, credential)| Answer::Token { token: Arc::new(token), credential }),
        (vec(credential(), 0..4), any::<bool>())
            .prop_map(|(credentials, more)| Answer::List { credentials, more }),
        credential().prop_map(|credential| Answer::Show { credential }),
        imported().prop_map(Answer::Imported),
        any::<u64>().prop_map(|count| Answer::Forgotten { count }),
        status().prop_map(Answer::Status),
        Just(()).prop_map(|()| Answer::Locked {}),
        Just(()).prop_map(|()| Answer::Unlocked {}),
        Just(()).prop_map(|()| Answer::Stopping {}),
        refusal().prop_map(Answer::Error),
        event().prop_map(Answer::Event),
        (vec(header(), 0..3), credential())
            .prop_map(|(headers, credential)| Answer::Headers { headers, credential }),
        credential().prop_map(|credential| Answer::Refreshed { credential }),
        (credential(), any::<bool>())
            .prop_map(|(credential, replaced)| Answer::Verified { credential, replaced }),
        vec(tunnel(), 0..4).prop_map(|tunnels| Answer::Tunnels { tunnels }),
        (tunnel(), vec(connector(), 0..4))
            .prop_map(|(tunnel, connectors)| Answer::Tunnel { tunnel, connectors }),
        (secret(), credential())
            .prop_map(|(secret, credential)| Answer::Secret { secret: Arc::new(secret), credential }),
        (credential(), any::<u32>(), any::<bool>(), option::of(any::<i64>())).prop_map(
            |(credential, deployed, finished, overlap)| Answer::Rotated {
                credential,
                deployed,
                finished,
                overlap: overlap.map(Timestamp)
            }
        ),
        vec(revoked(), 0..4).prop_map(|revoked| Answer::Revoked { revoked }),
        (vec(revoked(), 0..4), vec(credential(), 0..4))
            .prop_map(|(revoked, rotations)| Answer::Pending { revoked, rotations }),
        option::of(any::<i64>()).prop_map(|at| Answer::WasRevoked { at: at.map(Timestamp) }),
        [(); 2]
            .map(|()| vec(any::<String>(), 0..4))
            .prop_map(|[holds, lacks]| Answer::Sandbox(Sandbox { holds, lacks })),
    ]
}

/// Leaves out the names of samples.
fn all<T>(samples: Vec<(&'static str, T)>) -> Vec<T> {
    samples.into_iter().map(|(_, sample)| sample).collect()
}

fn which_tunnel() -> impl Strategy<Value = WhichTunnel> {
    let name = "[a-z0-9ü-][a-z0-9 ü-]{0,40}[a-z0-9ü-]".prop_map(parsed);
    (name, profile(), option::of(id())).prop_map(|(tunnel, profile, cert)| WhichTunnel {
        tunnel,
        profile,
        cert,
    })
}

fn tunnel() -> impl Strategy<Value = Tunnel> {
    let words = [(); 3].map(|()| any::<String>());
    (words, select(all(samples::tunnel_statuses())), option::of(any::<i64>()), option::of(id())).prop_map(
        |([id, name, account], status, created, held)| Tunnel {
            id,
            name,
            account,
            status,
            created: created.map(Timestamp),
            held,
        },
    )
}

fn connector() -> impl Strategy<Value = Connector> {
    let words = [(); 3].map(|()| any::<String>());
    (words, option::of(any::<i64>()), vec(any::<String>(), 0..4)).prop_map(
        |([id, version, arch], since, places)| Connector {
            id,
            version,
            arch,
            since: since.map(Timestamp),
            places,
        },
    )
}

fn revocation() -> impl Strategy<Value = Revocation> {
    prop_oneof![
        vec(target(), 0..4).prop_map(Revocation::Each),
        option::of(profile()).prop_map(Revocation::All),
        "[a-z.]{1,20}@[a-z.]{1,20}".prop_map(|email| Revocation::Person(parsed(email))),
        app_url().prop_map(Revocation::App),
        Just(Revocation::Pending),
    ]
}

fn revoked() -> impl Strategy<Value = Revoked> {
    let words = (any::<String>(), option::of(any::<String>()));
    (credential(), select(all(samples::revocation_states())), words, option::of(any::<i64>())).prop_map(
        |(credential, state, (how, why), until)| Revoked {
            credential,
            state,
            how,
            why,
            until: until.map(Timestamp),
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    (select(all(samples::happenings())), option::of(credential()), any::<i64>())
        .prop_map(|(what, credential, at)| Change { what, credential, at: Timestamp(at) })
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: String) -> T {
    text.parse().expect("it is well formed")
}

fn secret() -> impl Strategy<Value = Secret> {
    ".{1,60}".prop_map(|text: String| samples::secret(&text))
}

fn profile() -> impl Strategy<Value = ProfileName> {
    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}".prop_map(parsed)
}

fn id() -> impl Strategy<Value = CredentialId> {
    "[a-z]{1,8}-[0-9a-f]{12}".prop_map(parsed)
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![id().prop_map(Target::Id), app_url().prop_map(Target::App)]
}

fn header_name() -> impl Strategy<Value = HeaderName> {
    "[A-Za-z][A-Za-z0-9-]{0,63}".prop_map(parsed)
}

fn header() -> impl Strategy<Value = Header> {
    (header_name(), secret()).prop_map(|(name, value)| Header { name, value: Arc::new(value) })
}

fn team() -> impl Strategy<Value = TeamDomain> {
    "[a-z0-9]{1,12}\\.cloudflareaccess\\.com".prop_map(parsed)
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (secret(), any::<String>(), team(), any::<bool>(), any::<u32>()).prop_map(
            |(url, label, team, open, left)| Event::LogIn { url: Arc::new(url), label, team, open, left }
        ),
        any::<u32>().prop_map(|left| Event::Waiting { left }),
        (secret(), any::<u32>()).prop_map(|(url, left)| Event::LogInToAccount { url: Arc::new(url), left }),
        change().prop_map(Event::Changed),
        revoked().prop_map(Event::Revoking),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    select(&Kind::ALL[..])
}

fn app_url() -> impl Strategy<Value = AppUrl> {
    "[g-w]{1,8}(\\.[g-wü]{1,8}){1,2}(:[1-9]{1,4})?(/[a-z% é*]{0,6}){0,3}(\\?[ -~]{0,8})?".prop_map(parsed)
}

/// A pattern, mostly with a `*` or two.
pub(crate) fn app_pattern() -> impl Strategy<Value = AppPattern> {
    "(\\*|\\*?[g-w]{1,8})(\\.[g-w]{1,8}\\*?){1,2}(/[a-z]{0,6}\\*?[a-z]{0,2}){0,3}".prop_map(parsed)
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let codes: Vec<Code> = all(samples::codes());
    (select(codes), any::<String>(), any::<String>()).prop_map(|(code, message, hint)| Refusal {
        code,
        message,
        hint,
    })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        any::<String>().prop_map(Source::File),
        select(vec![Source::Given, Source::Login, Source::Exchange]),
    ]
}

fn credential() -> impl Strategy<Value = Arc<Credential>> {
    let about = (id(), profile(), kind(), any::<String>(), source());
    let access = (option::of(app_pattern()), option::of("[0-9a-f]{64}".prop_map(parsed)), option::of(team()));
    let names = [(); 5].map(|()| option::of(any::<String>()));
    let times = [(); 2].map(|()| option::of(any::<i64>().prop_map(Timestamp)));
    (about, access, names, times).prop_map(|(about, access, names, times)| {
        let (id, profile, kind, label, source) = about;
        let (app, audience, team) = access;
        let [account, zone, tunnel, client_id, email] = names;
        let [issued, expires] = times;
        Arc::new(Credential {
            id,
            profile,
            kind,
            label,
            app,
            audience,
            team,
            account,
            zone,
            tunnel,
            client_id,
            email,
            issued,
            expires,
            source,
        })
    })
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![
        (any::<String>(), option::of(secret()))
            .prop_map(|(name, login_url)| Origin::File { name, login_url }),
        (kind(), option::of(app_pattern()), option::of(any::<String>()))
            .prop_map(|(kind, app, label)| Origin::Given { kind, app, label }),
        (
            option::of(app_pattern()),
            option::of(team()),
            option::of(header_name()),
            option::of(any::<String>())
        )
            .prop_map(|(app, team, header, label)| Origin::ServiceToken { app, team, header, label }),
    ]
}

fn hello() -> impl Strategy<Value = Hello> {
    (any::<String>(), any::<u8>(), vec(any::<String>(), 0..4), any::<[u32; 3]>()).prop_map(
        |(version, protocol, features, [max_message, max_connections, message_deadline])| Hello {
            version,
            protocol,
            features,
            max_message,
            max_connections,
            message_deadline,
        },
    )
}

fn imported() -> impl Strategy<Value = Imported> {
    let outcomes = all(samples::outcomes());
    (credential(), select(outcomes), any::<bool>(), option::of(refusal()))
        .prop_map(|(credential, outcome, safe, trouble)| Imported { credential, outcome, safe, trouble })
}

fn status() -> impl Strategy<Value = Status> {
    let states = all(samples::states());
    let store = ([(); 3].map(|()| any::<String>()), option::of(refusal()))
        .prop_map(|([name, chosen, keeps], trouble)| StoreStatus { name, chosen, keeps, trouble });
    let agent = (any::<String>(), any::<u32>(), any::<i64>(), any::<String>());
    (agent, store, select(states), any::<[u64; 3]>()).prop_map(
        |((version, pid, started, socket), store, state, [credentials, unsaved, connections])| Status {
            version,
            pid,
            started: Timestamp(started),
            socket,
            store,
            state,
            credentials,
            unsaved,
            connections,
        },
    )
}
