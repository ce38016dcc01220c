//! Access tokens of the shape that Cloudflare issues; the signature is no signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use usher_proto::request::{Import, Origin};
use usher_proto::{ProfileName, Secret};

/// Seconds since 1970 at which the tokens of tests are issued.
const ISSUED: i64 = 1_700_000_000;

/// The AUD tag of the application with this number.
pub fn audience(number: u32) -> String {
    format!("{number:064x}")
}

/// The name of the file in which cloudflared would keep the app token; `app` with `-` for `/` and `*`.
pub fn file_name(app: &str, number: u32) -> String {
    format!("{}-{}-token", app.replace(['/', '*'], "-"), audience(number))
}

/// An app token for the application with this number, which ends at `expires`.
pub fn app_token(number: u32, expires: i64) -> String {
    jwt(&json!({
        "aud": [audience(number)], "email": "alice@example.test", "exp": expires, "iat": ISSUED, "nbf": ISSUED,
        "iss": "https://acme.cloudflareaccess.com", "type": "app", "identity_nonce": "n", "country": "XX",
    }))
}

/// A JWT with these claims.
pub fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "RS256", "kid": "0".repeat(64), "typ": "JWT"});
    format!("{}.{}.{}", part(&header), part(claims), URL_SAFE_NO_PAD.encode([7; 256]))
}

/// A request that imports a file of a cloudflared folder.
pub fn import_file(name: &str, content: &str) -> Import {
    Import {
        profile: ProfileName::default(),
        from: Origin::File { name: name.to_owned(), login_url: None },
        secret: secret(content),
    }
}

/// A secret of this text.
pub fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec()).expect("a test's secret is not empty")
}
