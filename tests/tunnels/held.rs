//! What is held is lent, whichever form it came in, and nothing else is lent in its place.

use serde_json::json;
use usher_tests::agent::TestAgent;

use super::{
    ACCOUNT, OTHER_ACCOUNT, TUNNEL, ZONE, cert, certificate, code, credentials, import, says, token,
    tunnel_secret,
};

#[test]
fn either_form_answers_for_both_by_uuid_and_by_name() {
    for given in [token(ACCOUNT, TUNNEL), credentials(ACCOUNT, TUNNEL)] {
        let agent = TestAgent::start();
        let id = import(&agent, "tunnel", Some("web"), "default", &given);
        for name in [TUNNEL, &TUNNEL.to_uppercase(), "web"] {
            for (form, secret) in
                [("token", token(ACCOUNT, TUNNEL)), ("credentials", credentials(ACCOUNT, TUNNEL))]
            {
                let answer = tunnel_secret(&agent, name, form, None);
                assert_eq!(answer["secret"]["secret"], secret, "{name} {form}: {answer}");
                assert_eq!(answer["secret"]["credential"]["id"], id, "{name} {form}");
            }
        }
        for other in ["Web", "we", "tunnel", "00000000-0000-4000-8000-000000000000"] {
            assert_eq!(code(&tunnel_secret(&agent, other, "token", None)), "not-found", "{other}");
        }
    }
}

#[test]
fn a_name_in_two_accounts_is_told_apart_by_uuid_or_certificate() {
    const OTHER: &str = "00000000-0000-4000-8000-000000000000";
    let agent = TestAgent::start();
    import(&agent, "tunnel", Some("web"), "default", &token(ACCOUNT, TUNNEL));
    import(&agent, "tunnel", Some("web"), "default", &token(OTHER_ACCOUNT, OTHER));
    let both = tunnel_secret(&agent, "web", "token", None);
    assert_eq!(code(&both), "bad-request", "{both}");
    assert!(says(&both, "UUID") && says(&both, "--cert ID"), "{both}");
    assert_eq!(tunnel_secret(&agent, OTHER, "token", None)["secret"]["secret"], token(OTHER_ACCOUNT, OTHER));
    let cert = import(&agent, "account-cert", None, "default", &certificate(ACCOUNT, ZONE));
    let of_cert = tunnel_secret(&agent, "web", "token", Some(&cert));
    assert_eq!(of_cert["secret"]["secret"], token(ACCOUNT, TUNNEL), "{of_cert}");
    let no_cert = of_cert["secret"]["credential"]["id"].as_str();
    assert_eq!(code(&tunnel_secret(&agent, "web", "token", no_cert)), "bad-request", "it is no certificate");
    let nobodys = Some("cert-000000000000");
    assert_eq!(code(&tunnel_secret(&agent, "web", "token", nobodys)), "not-found");
}

#[test]
fn the_certificate_is_the_only_one_or_the_one_that_is_named() {
    let agent = TestAgent::start();
    let none = cert(&agent, None, "default");
    assert_eq!(code(&none), "not-found", "{none}");
    assert!(says(&none, "usher tunnel login") && says(&none, "usher import"), "{none}");

    let first = certificate(ACCOUNT, ZONE);
    let id = import(&agent, "account-cert", None, "default", &first);
    let only = cert(&agent, None, "default");
    assert_eq!(
        (only["secret"]["secret"].as_str(), only["secret"]["credential"]["id"].as_str()),
        (Some(&*first), Some(&*id))
    );
    assert_eq!(code(&cert(&agent, None, "work")), "not-found", "another profile's is none");

    let second = certificate(OTHER_ACCOUNT, ZONE);
    let other = import(&agent, "account-cert", None, "default", &second);
    let both = cert(&agent, None, "default");
    assert_eq!(code(&both), "bad-request", "{both}");
    assert!(says(&both, "--cert ID") && says(&both, "usher list"), "{both}");
    for (id, pem) in [(&id, first), (&other, second)] {
        assert_eq!(cert(&agent, Some(id), "work")["secret"]["secret"], pem, "an id tells its profile");
    }
}

/// An API token may do what a certificate does, and more: it is never given out.
#[test]
fn nothing_but_a_certificate_is_lent_as_one() {
    let agent = TestAgent::start();
    for (kind, secret) in [("api-token", "x".repeat(40)), ("tunnel", token(ACCOUNT, TUNNEL))] {
        let id = import(&agent, kind, Some("web"), "default", &secret);
        let answer = cert(&agent, Some(&id), "default");
        assert_eq!(code(&answer), "bad-request", "{answer}");
    }
    assert_eq!(code(&cert(&agent, None, "default")), "not-found");
}

#[test]
fn a_locked_agent_lends_nothing() {
    let agent = TestAgent::start();
    let id = import(&agent, "account-cert", None, "default", &certificate(ACCOUNT, ZONE));
    import(&agent, "tunnel", Some("web"), "default", &token(ACCOUNT, TUNNEL));
    agent.json(&json!({"lock": {"passphrase": "open sesame"}}));
    assert_eq!(code(&cert(&agent, Some(&id), "default")), "locked");
    assert_eq!(code(&tunnel_secret(&agent, "web", "token", None)), "locked");
}
