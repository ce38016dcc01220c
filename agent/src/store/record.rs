//! A credential with its secret, and the bytes that a store keeps of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use usher_proto::{Credential, Secret, json};
use zeroize::Zeroizing;

use super::StoreError;

/// The form of the bytes. A field that may be missing needs no new one; whatever an older usher
/// would misunderstand does.
const VERSION: u32 = 1;

/// A credential with its secret, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub credential: Arc<Credential>,
    /// The secret.
    pub secret: Arc<Secret>,
}

#[derive(Serialize, Deserialize)]
struct Head<C> {
    version: u32,
    credential: C,
}

/// The part of every head that never changes, whatever the version.
#[derive(Deserialize)]
struct AnyHead {
    version: u32,
}

impl Record {
    /// Makes the bytes: one line of JSON with what is public, then the secret as it is.
    ///
    /// The secret stays out of the JSON, because a parser that meets an escape, such as the line
    /// ends of a certificate, copies the text into a buffer that nobody wipes.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let head = Head { version: VERSION, credential: self.credential.as_ref() };
        let head = json::encode(&head).map_err(|_| StoreError::Damaged("a record has no JSON form"))?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + self.secret.len()));
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(self.secret.expose());
        Ok(bytes)
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// They are no record, or one that a newer usher wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let not_ours = StoreError::Damaged("it is no record of usher's");
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(not_ours)?;
        let (line, secret) = (&bytes[..end], &bytes[end + 1..]);
        let head: AnyHead = json::decode(line).map_err(|_| not_ours)?;
        if head.version > VERSION {
            return Err(StoreError::Damaged("a newer version of usher wrote it"));
        }
        let head: Head<Arc<Credential>> = json::decode(line).map_err(|_| not_ours)?;
        let secret = Secret::new(secret.to_vec()).map_err(|_| not_ours)?;
        Ok(Self { credential: head.credential, secret: Arc::new(secret) })
    }

    /// Words for a person who meets the record in Seahorse or Keychain Access.
    pub fn label(&self) -> String {
        let Credential { kind, label, profile, .. } = self.credential.as_ref();
        format!("usher: {} for {label} (profile {profile})", kind.words())
    }
}

#[cfg(test)]
mod tests {
    use usher_proto::Kind;
    use usher_proto::credential::Source;

    use super::*;

    fn record() -> Record {
        let credential = Credential {
            id: "app-3b01511e5b00".parse().expect("an id"),
            profile: "work".parse().expect("a profile"),
            kind: Kind::AppToken,
            label: "bücher.example\n".to_owned(),
            app: Some("*.example.com/admin".parse().expect("a pattern")),
            audience: None,
            team: None,
            account: None,
            zone: None,
            tunnel: None,
            client_id: None,
            email: None,
            issued: None,
            expires: None,
            source: Source::Given,
        };
        let secret = Secret::new(b"line\nline \xff\"\\".to_vec()).expect("not empty");
        Record { credential: Arc::new(credential), secret: Arc::new(secret) }
    }

    #[test]
    fn any_secret_comes_back_as_it_was() {
        let bytes = record().encode().expect("encodes");
        assert_eq!(bytes.capacity(), bytes.len());
        assert_eq!(Record::decode(&bytes).expect("decodes"), record());
    }

    #[test]
    fn a_field_of_tomorrow_is_no_trouble_but_a_version_of_tomorrow_is() {
        let bytes = record().encode().expect("encodes");
        let text = String::from_utf8_lossy(&bytes);
        let grown = text.replacen(r#"{"version":1"#, r#"{"version":1,"colour":"red""#, 1);
        assert!(Record::decode(grown.as_bytes()).is_ok());
        let newer = text.replacen(r#"{"version":1"#, r#"{"version":2"#, 1);
        let error = Record::decode(newer.as_bytes()).expect_err("a newer one");
        assert!(error.to_string().contains("newer version"), "{error}");
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        let bytes = record().encode().expect("encodes");
        let line = bytes.iter().position(|byte| *byte == b'\n').expect("a line");
        for length in 0..=line + 1 {
            assert!(Record::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(Record::decode(b"{}\nsecret").is_err());
        assert!(Record::decode(b"hello").is_err());
    }

    #[test]
    fn a_person_can_tell_what_it_is() {
        let label = record().label();
        assert_eq!(label, "usher: Access app token for bücher.example\n (profile work)");
    }
}
