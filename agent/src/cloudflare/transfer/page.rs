//! The pages at which logins begin.

use url::{Position, Url};
use usher_proto::{Audience, Secret};

/// Room for the page's address at the start; a host has at most 253 bytes.
const ROOM: usize = 2 * 1024;

/// Makes the address, as `cloudflared access curl` does, so that the way back leads to the host alone.
///
/// Neither the path nor the query of what a person asked for goes along: a path that hands out a file
/// would make the browser fetch it (cloudflared's issue 223), and a query may hold anything.
pub(super) fn login(app: &Url, audience: &Audience, key: &str, auto_close: bool) -> Secret {
    let origin = &app[..Position::BeforePath];
    let mut back = Vec::with_capacity(ROOM);
    back.extend_from_slice(origin.as_bytes());
    query(&mut back, &[("aud", audience.as_str()), ("token", key)]);
    let back = String::from_utf8(back).unwrap_or_default();

    let mut page = Vec::with_capacity(ROOM);
    page.extend_from_slice(origin.as_bytes());
    page.extend_from_slice(b"/cdn-cgi/access/cli");
    let close = auto_close.then_some(("close_interstitial", "true"));
    let mut parameters = vec![("aud", audience.as_str())];
    parameters.extend(close);
    parameters.extend([
        ("edge_token_transfer", "true"),
        ("redirect_url", &back),
        ("send_org_token", "true"),
        ("token", key),
    ]);
    query(&mut page, &parameters);
    Secret::new(page).expect("an address is not empty")
}

/// Makes the address at which a person chooses the zone of an account certificate, which the service then
/// holds for the key.
pub(in crate::cloudflare) fn account(dashboard: &str, service: &str, key: &str) -> Secret {
    let mut callback = Vec::with_capacity(ROOM);
    for part in ["https://", service, "/", key] {
        callback.extend_from_slice(part.as_bytes());
    }
    let callback = String::from_utf8(callback).unwrap_or_default();
    let mut page = Vec::with_capacity(ROOM);
    for part in ["https://", dashboard, "/argotunnel"] {
        page.extend_from_slice(part.as_bytes());
    }
    query(&mut page, &[("aud", ""), ("callback", &callback)]);
    Secret::new(page).expect("an address is not empty")
}

/// Adds a query in the form of Go's `url.Values`, which the edge is used to.
fn query(address: &mut Vec<u8>, parameters: &[(&str, &str)]) {
    for (number, (name, value)) in parameters.iter().enumerate() {
        address.push(if number == 0 { b'?' } else { b'&' });
        escape(address, name);
        address.push(b'=');
        escape(address, value);
    }
}

fn escape(address: &mut Vec<u8>, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => address.push(byte),
            b' ' => address.push(b'+'),
            _ => {
                let digit = |four_bits: u8| DIGITS[usize::from(four_bits)];
                address.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::secret_text;
    use crate::cloudflare::testing::AUD;

    const KEY: &str = "j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8=";

    fn page(app: &str, auto_close: bool) -> String {
        let audience = AUD.parse().expect("an AUD");
        let page = login(&Url::parse(app).expect("a URL"), &audience, KEY, auto_close);
        secret_text(&page).expect("text").to_owned()
    }

    #[test]
    fn it_is_the_one_of_cloudflared_with_the_host_alone() {
        let expected = concat!(
            "https://app.example.com/cdn-cgi/access/cli",
            "?aud=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "&close_interstitial=true&edge_token_transfer=true",
            "&redirect_url=https%3A%2F%2Fapp.example.com%3Faud%3D",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "%26token%3Dj0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8%253D",
            "&send_org_token=true&token=j0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8%3D",
        );
        assert_eq!(page("https://app.example.com/", true), expected);
        assert_eq!(page("https://app.example.com/a/b?secret=1&aud=x#y", true), expected);
        assert_eq!(page("https://app.example.com/", false), expected.replace("&close_interstitial=true", ""));
    }

    #[test]
    fn the_one_for_an_account_is_the_one_of_cloudflared() {
        let page = account("dash.cloudflare.com", "login.cloudflareaccess.org", KEY);
        let expected = "https://dash.cloudflare.com/argotunnel?aud=&callback=https%3A%2F%2Flogin.cloudflareaccess.org%2Fj0DFrbaPJWJK5bIU6nZ6bslNgp09e14a0bpvPiE4KF8%3D";
        assert_eq!(secret_text(&page), Ok(expected));
    }

    #[test]
    fn a_port_stays() {
        let page = page("https://app.example.com:8443/", false);
        assert!(page.starts_with("https://app.example.com:8443/cdn-cgi/access/cli?aud="));
        assert!(page.contains("&redirect_url=https%3A%2F%2Fapp.example.com%3A8443%3Faud%3D"));
    }

    #[test]
    fn escapes_as_go_does() {
        let mut escaped = Vec::new();
        escape(&mut escaped, "aZ09-_.~ *'/?\u{e9}");
        assert_eq!(escaped, b"aZ09-_.~+%2A%27%2F%3F%C3%A9");
    }
}
