//! By what a revoked credential is recognised when it comes again, in whatever form.

use sha2::{Digest, Sha256};
use usher_proto::{Kind, Secret};

use super::{NotACredential, certificate, service_token, tunnel};

/// Makes twelve hexadecimal digits of the part of a secret that Cloudflare looks at. No more is kept:
/// it tells a thousand secrets apart, and helps nobody to guess one.
pub fn of(kind: Kind, secret: &Secret) -> String {
    let mut hash = Sha256::new();
    hash.update(kind.as_str());
    hash.update([0]);
    match heart(kind, secret) {
        Ok(Some(heart)) => hash.update(heart.expose()),
        // Tokens are what they are, but for the white space around them.
        Ok(None) | Err(_) => hash.update(secret.expose().trim_ascii()),
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Takes the secret out of what it is wrapped in, where it is.
fn heart(kind: Kind, secret: &Secret) -> Result<Option<Secret>, NotACredential> {
    match kind {
        Kind::AccountCert => certificate::api_token(secret).map(|(_, token)| Some(token)),
        Kind::ServiceToken => service_token::client_secret(secret).map(Some),
        Kind::Tunnel => tunnel::secret_of(secret).map(Some),
        Kind::AppToken | Kind::OrgToken | Kind::ApiToken => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::secret;

    #[test]
    fn the_form_does_not_matter_and_the_kind_does() {
        let json = r#"{"AccountTag":"699d98642c564d2e855e9661899b7252","TunnelSecret":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","TunnelID":"f70ff985-a4ef-4643-bbbc-4a0ed4fc8415","Endpoint":""}"#;
        let token = "eyJhIjoiNjk5ZDk4NjQyYzU2NGQyZTg1NWU5NjYxODk5YjcyNTIiLCJzIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0iLCJ0IjoiZjcwZmY5ODUtYTRlZi00NjQzLWJiYmMtNGEwZWQ0ZmM4NDE1In0=";
        let of_tunnel = |text| of(Kind::Tunnel, &secret(text));
        assert_eq!(of_tunnel(json), of_tunnel(token));
        assert_eq!(of_tunnel(json).len(), 12);
        let of_token = |kind, text| of(kind, &secret(text));
        assert_eq!(of_token(Kind::AppToken, "a.b.c\n"), of_token(Kind::AppToken, "a.b.c"));
        assert_ne!(of_token(Kind::AppToken, "a.b.c"), of_token(Kind::OrgToken, "a.b.c"));
        assert_ne!(of_token(Kind::AppToken, "a.b.c"), of_token(Kind::AppToken, "a.b.d"));
    }
}
