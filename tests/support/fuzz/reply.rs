//! The head of any answer on the way through a login or an exchange. An input is in lines: the status,
//! then the headers as HTTP writes them.

use std::time::{Duration, UNIX_EPOCH};

use url::Url;
use usher_agent::cloudflare::by_hand::{Next, Place, Reply};
use usher_proto::{TeamDomain, Timestamp};

use super::input::line;
use super::{NOW, in_proportion};

const HOST: &str = "app.example.com";
const ASKED: &str = "https://app.example.com:8443/x?y";
const LOGIN: &str = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/app.example.com";
const AUTHORIZED: &str = "https://app.example.com/cdn-cgi/access/authorized?state=1";

/// A secret goes to the team's login or back to the application, over HTTPS; nothing else in an answer
/// leads anywhere.
pub fn reply(bytes: &[u8]) {
    let (status, rest) = line(bytes);
    let headers: Vec<(String, &[u8])> = rest.split(|byte| *byte == b'\n').filter_map(header).collect();
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (&**name, *value)).collect();
    let reply = Reply::new(HOST, status.trim().parse().unwrap_or(302), &headers);
    in_proportion(bytes.len(), || {
        date(&reply);
        cookies(&reply);
        for (at, url) in [(Place::Application, ASKED), (Place::Login, LOGIN), (Place::Authorized, AUTHORIZED)]
        {
            hop(&reply, at, url);
        }
    });
}

fn header(line: &[u8]) -> Option<(String, &[u8])> {
    let end = line.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&line[..end]).ok()?;
    Some((name.to_owned(), line[end + 1..].trim_ascii()))
}

/// A date that is read is one that HTTP can write.
fn date(reply: &Reply) {
    let Some(Timestamp(seconds)) = reply.date() else { return };
    assert!((-11_644_473_600..253_402_300_800).contains(&seconds), "from 1601 to 9999: {seconds}");
    if let Ok(since) = u64::try_from(seconds) {
        let text = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(since));
        let again = Reply::new(HOST, 200, &[("date", text.as_bytes())]);
        assert_eq!(again.date(), Some(Timestamp(seconds)), "{text}");
    }
}

/// Whatever is taken from a cookie can be sent back as one, and adds nothing to the header.
fn cookies(reply: &Reply) {
    for secret in [reply.token(NOW), reply.app_session()].into_iter().flatten() {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\";,\\".contains(&byte);
        assert!(secret.len() <= 32 * 1024 && secret.expose().iter().copied().all(plain), "no cookie's value");
    }
}

fn hop(reply: &Reply, at: Place, url: &str) {
    let parse = |text: &str| Url::parse(text).expect("a URL");
    let (asked, url) = (parse(ASKED), parse(url));
    let team: TeamDomain = "acme.cloudflareaccess.com".parse().expect("a team");
    let _ = reply.is_challenge(&url, &team);
    match reply.next(&asked, &team, at, &url, NOW) {
        Ok(Next::Hop { to, place, renewed }) => {
            assert!(to.scheme() == "https" && to.username().is_empty() && to.password().is_none(), "{to}");
            assert!(place == at || (at, place) != (Place::Login, Place::Application), "back to {to}");
            let (host, ports) = match place {
                Place::Login => (team.as_str(), [None, None]),
                Place::Application | Place::Authorized => (HOST, [None, Some(8443)]),
            };
            assert_eq!(to.host_str(), Some(host), "{to}");
            assert!(ports.contains(&to.port()), "{to}");
            assert!(renewed.is_none() || at == Place::Login, "an org token from elsewhere");
        }
        Ok(Next::Token(_) | Next::Ended(_)) => assert_eq!(at, Place::Authorized, "a token from elsewhere"),
        Err(_) => {}
    }
}
