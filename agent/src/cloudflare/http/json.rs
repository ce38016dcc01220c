//! The body of a call: JSON, in a buffer that is sized once and wiped.

use bytes::Bytes;
use serde::Serialize;
use usher_proto::Wiped;

use super::Unsendable;

/// The body of a call. Whoever repeats the call sends the same buffer.
pub(in crate::cloudflare) struct Json(Bytes);

impl Json {
    /// Writes a body.
    ///
    /// # Errors
    /// It holds a secret that is not text.
    pub(in crate::cloudflare) fn of<T: Serialize>(body: &T) -> Result<Self, Unsendable> {
        let line = usher_proto::json::encode(body).map_err(|_| Unsendable)?;
        Ok(Self(Bytes::from_owner(Owned(line))))
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.0.clone()
    }
}

struct Owned(Wiped);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
