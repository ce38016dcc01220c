//! Tunnels: which there are, their tokens, another secret, and who serves them.

use usher_agent::cloudflare::api::{ApiError, TunnelFilter, TunnelStatus};
use usher_agent::cloudflare::edge::Region;
use usher_proto::Timestamp;
use usher_tests::edge::hosts::{AGENCY, RIVAL};
use usher_tests::edge::{ApiCall, Permission, Unauthorized};
use usher_tests::token::secret;

use super::{Bench, new_secret, text};

#[test]
fn tunnels_are_listed_and_looked_at() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelRead]);
    let api = bench.api(&token);
    let account = &bench.account;
    assert_eq!(bench.run(api.tunnels(account, TunnelFilter::default())), Ok(vec![]));
    let ids: Vec<_> = (0..120).map(|number| bench.edge.add_tunnel(&format!("tunnel {number}"))).collect();
    bench.edge.add_tunnel_of(RIVAL, "tunnel 7");
    let listed = bench.run(api.tunnels(account, TunnelFilter::default())).expect("a list");
    assert_eq!(listed.iter().map(|tunnel| &tunnel.id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    assert_eq!(bench.edge.log().api_calls(ApiCall::Tunnels), 1 + 3);
    let named = bench.run(api.tunnels(account, TunnelFilter { name: Some("tunnel 7") })).expect("a list");
    assert_eq!(named.iter().map(|tunnel| &tunnel.id).collect::<Vec<_>>(), [&ids[7]]);
    let odd = bench.run(api.tunnels(account, TunnelFilter { name: Some("&is_deleted=true#") }));
    assert_eq!(odd, Ok(vec![]));

    let tunnel = bench.run(api.tunnel(account, &ids[7])).expect("a tunnel");
    assert_eq!((&tunnel, tunnel.name.as_str()), (&named[0], "tunnel 7"));
    assert_eq!((tunnel.status, tunnel.deleted), (Some(TunnelStatus::Inactive), None));
    let now = usher_agent::clock::Clock::now(&*bench.clock);
    assert_eq!(tunnel.created, Some(now));
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(bench.run(api.tunnel(account, nobody)), Err(ApiError::NotFound));
    assert_eq!(bench.edge.log().strays().len(), 0);
}

#[test]
fn connectors_come_and_are_sent_away() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let (api, account, edge) = (bench.api(&token), &bench.account, &bench.edge);
    let id = edge.add_tunnel("web");
    assert_eq!(bench.run(api.connectors(account, &id)), Ok(vec![]));
    let old = bench.run(api.tunnel_token(account, &id)).expect("a token");
    assert_eq!(text(&old), edge.tunnel_token(&id));
    let first = edge.connect(&id, text(&old)).expect("the tunnel's token");
    let second = edge.connect(&id, text(&old)).expect("the tunnel's token");
    let connectors = bench.run(api.connectors(account, &id)).expect("connectors");
    assert_eq!(connectors.iter().map(|one| &one.id).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!((connectors[0].places.len(), &*connectors[0].system), (4, "linux_amd64"));
    assert!(connectors[0].began > Some(Timestamp(0)) && !connectors[0].version.is_empty());
    assert_eq!(bench.run(api.tunnel(account, &id)).expect("it").status, Some(TunnelStatus::Healthy));

    let new = new_secret();
    assert_eq!(bench.run(api.set_tunnel_secret(account, &id, "web", &new)), Ok(()));
    assert_eq!(edge.tunnel_secret(&id), text(&new));
    assert_eq!(edge.connect(&id, text(&old)), Err(Unauthorized));
    assert_eq!(bench.run(api.drop_connections(account, &id, Some(&first))), Ok(()));
    let alive = || edge.connectors(&id).iter().map(|one| one.alive).collect::<Vec<_>>();
    assert_eq!(alive(), [false, true]);
    let now = bench.run(api.tunnel_token(account, &id)).expect("a token");
    assert!(edge.connect(&id, text(&now)).is_ok());
    assert_eq!(bench.run(api.drop_connections(account, &id, None)), Ok(()));
    assert_eq!(alive(), [false, false, true]);
    assert_eq!(bench.run(api.connectors(account, &id)).expect("connectors").len(), 1);
    let log = edge.log();
    assert_eq!((log.api_calls(ApiCall::ChangeTunnel), log.api_calls(ApiCall::DropConnections)), (1, 2));
    assert_eq!(log.strays().len(), 0);
}

#[test]
fn a_secret_that_is_none_is_not_sent() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let id = bench.edge.add_tunnel("web");
    let before = bench.edge.tunnel_secret(&id);
    for bad in [
        "x",
        "c2hvcnQ=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
        "not base64 at all, but long enough",
    ] {
        let api = bench.api(&token);
        let done = bench.run(api.set_tunnel_secret(&bench.account, &id, "web", &secret(bad)));
        assert!(matches!(done, Err(ApiError::Unsendable(_))), "{bad}: {done:?}");
    }
    assert_eq!((bench.edge.log().entries.len(), bench.edge.tunnel_secret(&id)), (0, before));
}

#[test]
fn another_name_that_is_taken_is_in_the_way() {
    let bench = Bench::start();
    let token = bench.token(&[Permission::TunnelWrite]);
    let id = bench.edge.add_tunnel("web");
    bench.edge.add_tunnel("taken");
    let api = bench.api(&token);
    let done = bench.run(api.set_tunnel_secret(&bench.account, &id, "taken", &new_secret()));
    assert_eq!(done, Err(ApiError::Conflict));
}

#[test]
fn the_fedramp_region_is_asked_at_its_own_host() {
    let bench = Bench::start();
    let token = secret(&bench.edge.add_api_token_of(AGENCY, &[Permission::TunnelWrite]));
    let (account, id) = (bench.edge.account(AGENCY), bench.edge.add_tunnel_of(AGENCY, "web"));
    let api = bench.client.api(Region::Fedramp, &token);
    let fetched = bench.run(api.tunnel_token(&account, &id)).expect("a token");
    assert_eq!(text(&fetched), bench.edge.tunnel_token(&id));
    assert_eq!(bench.run(api.set_tunnel_secret(&account, &id, "web", &new_secret())), Ok(()));
    assert_eq!(bench.edge.log().strays().len(), 0);
}
