//! The one type that holds a secret, and [`wire`], the one door through which it travels.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::wiped::Wiped;

/// Holds the bytes of a secret and wipes them when it is dropped.
///
/// It cannot be printed, copied or compared in a way that tells by its timing where two secrets
/// differ, and it is never empty: an empty answer cannot be mistaken for a token.
pub struct Secret(Wiped);

/// Says that there was nothing in what should have become a [`Secret`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptySecret;

impl Secret {
    /// Takes the buffer over as it is: neither shrinking nor boxing, both of which would leave a
    /// copy behind.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EmptySecret> {
        Wiped::from(bytes).try_into()
    }

    /// Shows the bytes. Whoever calls it lets the secret out; the list of callers is kept by a test.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Tells the length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl TryFrom<Wiped> for Secret {
    type Error = EmptySecret;

    /// Takes the buffer over too.
    fn try_from(bytes: Wiped) -> Result<Self, EmptySecret> {
        if bytes.is_empty() { Err(EmptySecret) } else { Ok(Self(bytes)) }
    }
}

impl TryFrom<Zeroizing<Vec<u8>>> for Secret {
    type Error = EmptySecret;

    /// Takes the buffer over too.
    fn try_from(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, EmptySecret> {
        Self::new(std::mem::take(&mut *bytes))
    }
}

impl TryFrom<Zeroizing<String>> for Secret {
    type Error = EmptySecret;

    /// Takes the text's buffer over.
    fn try_from(mut text: Zeroizing<String>) -> Result<Self, EmptySecret> {
        Self::new(std::mem::take(&mut *text).into_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl fmt::Display for EmptySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the secret is empty")
    }
}

impl std::error::Error for EmptySecret {}

/// Sends or stores a secret; a field that may travel says `#[serde(with = "wire")]`.
///
/// In a binary message a secret is a byte string, in JSON a string (so it must be UTF-8 there).
pub mod wire {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    use super::Secret;

    /// Writes the secret.
    pub fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let text = std::str::from_utf8(secret.expose())
                .map_err(|_| serde::ser::Error::custom("a secret that is not text does not fit into JSON"))?;
            serializer.serialize_str(text)
        } else {
            serializer.serialize_bytes(secret.expose())
        }
    }

    /// Reads a secret, plain or shared (`Secret`, `Arc<Secret>`).
    pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: From<Secret>,
    {
        struct Bytes<T>(PhantomData<T>);

        impl<'de, T: From<Secret>> Visitor<'de> for Bytes<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret that is not empty")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
                let secret = Secret::new(bytes.to_vec()).map_err(E::custom)?;
                Ok(secret.into())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
                self.visit_bytes(text.as_bytes())
            }

            fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
                let secret = Secret::new(text.into_bytes()).map_err(E::custom)?;
                Ok(secret.into())
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<T, E> {
                let secret = Secret::new(bytes).map_err(E::custom)?;
                Ok(secret.into())
            }
        }

        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Bytes(PhantomData))
        } else {
            deserializer.deserialize_bytes(Bytes(PhantomData))
        }
    }

    /// The same for a secret that may be missing.
    pub mod option {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        use super::super::Secret;

        #[derive(Serialize)]
        struct Outgoing<'a>(#[serde(with = "super")] &'a Secret);

        #[derive(Deserialize)]
        struct Incoming(#[serde(with = "super")] Secret);

        /// Writes the secret if there is one.
        pub fn serialize<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
            secret.as_ref().map(Outgoing).serialize(serializer)
        }

        /// Reads the secret if there is one.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
            Ok(Option::<Incoming>::deserialize(deserializer)?.map(|Incoming(secret)| secret))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_nothing_and_is_never_empty() {
        let secret = Secret::new(b"canary".to_vec()).expect("not empty");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert_eq!(Secret::new(Vec::new()), Err(EmptySecret));
        assert_eq!(Secret::try_from(Zeroizing::new(Vec::new())), Err(EmptySecret));
    }

    #[test]
    fn compares_by_content() {
        let secret = |text: &str| Secret::new(text.into()).expect("not empty");
        assert_eq!(secret("a"), secret("a"));
        assert_ne!(secret("a"), secret("b"));
        assert_ne!(secret("a"), secret("aa"));
    }
}
