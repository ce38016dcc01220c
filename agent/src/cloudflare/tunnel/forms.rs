//! Both forms, byte for byte as cloudflared writes them.

use usher_proto::Secret;

use super::Tunnel;
use crate::cloudflare::base64::encoded;
use crate::cloudflare::members;

/// Writes the credentials file.
pub(super) fn credentials(tunnel: &Tunnel) -> Secret {
    let Tunnel { account, secret, tunnel, endpoint } = tunnel;
    let json = members::write(&[
        ("AccountTag", account),
        ("TunnelSecret", secret),
        ("TunnelID", tunnel),
        ("Endpoint", endpoint),
    ]);
    json.try_into().expect(BRACES)
}

/// Writes the tunnel token.
pub(super) fn token(tunnel: &Tunnel) -> Secret {
    let Tunnel { account, secret, tunnel, endpoint } = tunnel;
    let all: [(&str, &str); 4] = [("a", account), ("s", secret), ("t", tunnel), ("e", endpoint)];
    let json = members::write(if endpoint.is_empty() { &all[..3] } else { &all });
    encoded(&json).try_into().expect(BRACES)
}

/// Why neither form is empty.
const BRACES: &str = "an object has two braces";

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use usher_proto::tunnel::TunnelForm;

    use super::super::{in_form, read, secret_of};
    use super::*;
    use crate::cloudflare::testing::secret;
    use crate::cloudflare::{NotACredential, secret_text};

    /// Both forms of one tunnel as cloudflared writes them; the secret is the bytes 0 to 31.
    const TOKEN: &str = "eyJhIjoiNjk5ZDk4NjQyYzU2NGQyZTg1NWU5NjYxODk5YjcyNTIiLCJzIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0iLCJ0IjoiZjcwZmY5ODUtYTRlZi00NjQzLWJiYmMtNGEwZWQ0ZmM4NDE1In0=";
    const JSON: &str = r#"{"AccountTag":"699d98642c564d2e855e9661899b7252","TunnelSecret":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","TunnelID":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","Endpoint":""}"#;

    fn written(given: &str, form: TunnelForm) -> String {
        let written = in_form(&secret(given), form).unwrap_or_else(|error| panic!("{given}: {error}"));
        secret_text(&written).expect("text").to_owned()
    }

    fn both(given: &str) -> (String, String) {
        (written(given, TunnelForm::Token), written(given, TunnelForm::Credentials))
    }

    #[test]
    fn either_form_gives_both_as_cloudflared_writes_them() {
        let golden = (TOKEN.to_owned(), JSON.to_owned());
        let folded = format!(" {}\r\n{}\n", &TOKEN[..76], &TOKEN[76..]);
        let other_case = r#" { "accounttag": "699d98642c564d2e855e9661899b7252", "TUNNELSECRET": "AAECAwQFBgcICQoL\nDA0ODxAREhMUFRYXGBkaGxwdHh8=", "tunnelId": "F70FF985-A4EF-4643-BBBC-4A0ED4FC8415" } "#;
        let of_before = JSON.replace(r#","Endpoint":"""#, r#","TunnelName":"web""#);
        let capitals = STANDARD
            .encode(JSON.replace("AccountTag", "A").replace("TunnelSecret", "S").replace("TunnelID", "T"));
        for given in [TOKEN, JSON, &folded, other_case, &of_before, &capitals] {
            assert_eq!(both(given), golden, "{given}");
        }
    }

    #[test]
    fn the_endpoint_stays_in_both_forms() {
        let json = JSON.replace(r#""Endpoint":"""#, r#""Endpoint":"fed""#);
        let (token, same) = both(&json);
        assert_eq!(same, json);
        let inside = String::from_utf8(STANDARD.decode(&token).expect("base64")).expect("text");
        assert!(inside.ends_with(r#""t":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","e":"fed"}"#), "{inside}");
        assert_eq!(both(&token), (token.clone(), json));
    }

    #[test]
    fn what_is_neither_form_is_refused() {
        let legacy = JSON.replace(r#","TunnelID":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415""#, "");
        assert!(matches!(read(secret(&legacy)), Err(NotACredential::Legacy(_))));
        for bad in [
            "x",
            "{}",
            "{",
            "null",
            "eyJh",
            "e30=",
            "bnVsbA==",
            &TOKEN[4..],
            &TOKEN[..TOKEN.len() - 1],
            &TOKEN.replacen('J', "-", 1),
            &format!("{TOKEN}="),
            &format!("{TOKEN} {TOKEN}"),
            &format!("{JSON}{JSON}"),
            &JSON.replace("AAECAwQF", "AAEC"),
            &JSON.replace("AAECAwQF", "!AECAwQF"),
            &JSON.replace("Hh8=", "Hh8"),
            &JSON.replace("Hh8=", "Hh9="),
            &JSON.replace("f70ff985-", ""),
            &JSON.replace("699d98642c56", ""),
            &JSON.replace(r#""Endpoint":"""#, r#""Endpoint":"a\"b""#),
            &JSON.replace(r#""Endpoint":"""#, r#""Endpoint":7"#),
            &JSON.replace("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""),
        ] {
            assert!(matches!(read(secret(bad)), Err(NotACredential::Malformed(_))), "{bad}");
            assert!(in_form(&secret(bad), TunnelForm::Token).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_secret_of_either_form_is_the_same() {
        let bytes: Vec<u8> = (0..32).collect();
        for form in [TOKEN, JSON] {
            assert_eq!(secret_of(&secret(form)), Ok(Secret::new(bytes.clone()).expect("not empty")));
        }
    }
}
