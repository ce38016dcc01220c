//! What must not be forgotten beside the credentials, and the bytes that a store keeps of it: what is
//! being revoked or rotated, and what was revoked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use usher_proto::{AppUrl, Credential, CredentialId, Secret, Timestamp, json};
use zeroize::Zeroizing;

use super::StoreError;

/// The form of the bytes. An older usher, which would take it for a credential and serve it, knows
/// version 1 only and leaves it alone.
const VERSION: u32 = 2;

/// Ids of notes begin with one of these, and those of credentials with none of them.
const PREFIXES: [&str; 3] = ["revoked-", "remembered-", "rotating-"];

/// Something that must not be forgotten, even if the agent is killed at the next moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Names it, in the store too.
    pub id: CredentialId,
    /// What it is about.
    pub matter: Matter,
    /// What is still needed for it.
    pub secret: Option<Arc<Secret>>,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// A credential is to be ended at Cloudflare; its secret is in the note and nowhere else.
    Revoking(Revoking),
    /// Credentials were revoked, and are not taken in again.
    Revoked(Vec<Revoked>),
    /// A tunnel gets another secret; the note's is its new token.
    Rotating(Rotating),
    /// The API token in a certificate gets another value. Should the answer be lost, nothing but its id
    /// gives yet another one.
    Rolling {
        /// The certificate.
        credential: Arc<Credential>,
        /// The API token's id.
        token: String,
    },
}

/// A revocation under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoking {
    /// What is to be ended.
    pub credential: Arc<Credential>,
    /// How much is to be ended with it.
    pub reach: Reach,
    /// App tokens: where it was used last, to ask there whether it is still taken.
    pub url: Option<AppUrl>,
    /// When it was wiped here.
    pub since: Timestamp,
    /// When Cloudflare was told, if it was.
    pub told: Option<Timestamp>,
}

impl Revoking {
    /// Tells when Cloudflare was told. After the clock was set back to before that nobody knows how long ago
    /// it was: it is none then, and Cloudflare is told again.
    pub fn told_before(&self, now: Timestamp) -> Option<Timestamp> {
        self.told.filter(|told| *told <= now)
    }
}

/// What is remembered of a credential that was revoked; the names are short, because there may be many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// By what it is recognised.
    #[serde(rename = "d")]
    pub digits: String,
    /// When it was wiped here.
    #[serde(rename = "a")]
    pub at: Timestamp,
    /// It would have ended by itself then.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// How much is ended with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Itself, and the session that it belongs to.
    Itself,
    /// Every session of its application.
    App,
    /// Every session of its person.
    Person,
}

/// A rotation under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotating {
    /// The tunnel's credentials, with the new secret.
    pub credential: Arc<Credential>,
    /// By what the secret before is recognised.
    pub before: CredentialId,
    /// The new secret is at Cloudflare.
    pub changed: bool,
    /// Every connector is to be cut.
    pub drop_connections: bool,
    /// Somebody hands the new secret to the replicas and says when that is done.
    pub staged: bool,
    /// So many groups of replicas have it.
    pub deployed: u32,
}

#[derive(Serialize, Deserialize)]
struct Head<M> {
    version: u32,
    note: M,
}

impl Note {
    /// Tells whether a store's item is a note, by its name.
    pub(super) fn is_name(name: &str) -> bool {
        PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    }

    /// Makes the bytes: one line of JSON with what is public, then the secret as it is.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let head = json::encode(&Head { version: VERSION, note: &self.matter });
        let head = head.map_err(|_| StoreError::Damaged("a note has no JSON form"))?;
        let secret = self.secret.as_ref().map_or(&[][..], |secret| secret.expose());
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + secret.len()));
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(secret);
        Ok(bytes)
    }

    /// Reads the bytes.
    ///
    /// # Errors
    /// They are no note, or one that another version of usher wrote.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let not_ours = StoreError::Damaged("it is no note of usher's");
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(not_ours)?;
        let head: Head<Matter> = json::decode(&bytes[..end]).map_err(|_| not_ours)?;
        if head.version != VERSION {
            return Err(StoreError::Damaged("another version of usher wrote it"));
        }
        let id = name.parse().map_err(|_| not_ours)?;
        let secret = Secret::new(bytes[end + 1..].to_vec()).ok().map(Arc::new);
        Ok(Self { id, matter: head.note, secret })
    }

    /// Words for a person who meets it in Seahorse or Keychain Access.
    pub(super) fn label(&self) -> String {
        let words = |credential: &Credential| {
            format!("{} for {} (profile {})", credential.kind.words(), credential.label, credential.profile)
        };
        match &self.matter {
            Matter::Revoking(revoking) => format!("usher: to be revoked: {}", words(&revoking.credential)),
            Matter::Revoked(_) => "usher: what was revoked".to_owned(),
            Matter::Rotating(Rotating { credential, .. }) | Matter::Rolling { credential, .. } => {
                format!("usher: rotation of {}", words(credential))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Record;

    const NAME: &str = "revoked-0123456789ab";

    fn revoked(secret: Option<&[u8]>) -> Note {
        let at = Timestamp(1_700_000_000);
        let one = |expires| Revoked { digits: "0123456789ab".to_owned(), at, expires };
        let matter = Matter::Revoked(vec![one(None), one(Some(at))]);
        let secret = secret.map(|secret| Arc::new(Secret::new(secret.to_vec()).expect("not empty")));
        Note { id: NAME.parse().expect("an id"), matter, secret }
    }

    #[test]
    fn a_note_comes_back_with_its_secret_or_without() {
        for note in [revoked(None), revoked(Some(b"line\nline \xff"))] {
            let bytes = note.encode().expect("encodes");
            assert_eq!(Note::decode(NAME, &bytes), Ok(note));
        }
    }

    #[test]
    fn an_older_usher_does_not_take_it_for_a_credential() {
        let bytes = revoked(Some(b"secret")).encode().expect("encodes");
        let error = Record::decode(&bytes).expect_err("it is no record");
        assert!(error.to_string().contains("newer version"), "{error}");
    }

    #[test]
    fn what_is_no_note_is_an_error() {
        let bytes = revoked(Some(b"secret")).encode().expect("encodes");
        let line = bytes.iter().position(|byte| *byte == b'\n').expect("a line");
        for length in 0..=line {
            assert!(Note::decode(NAME, &bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(Note::decode("no id", &bytes).is_err());
        let newer = String::from_utf8_lossy(&bytes).replacen(r#""version":2"#, r#""version":3"#, 1);
        assert!(Note::decode(NAME, newer.as_bytes()).is_err());
    }
}
