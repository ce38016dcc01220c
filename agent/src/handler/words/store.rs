//! What is wrong with the store, in the words of the wire.

use usher_proto::{Code, Refusal};

use crate::store::StoreError;

/// Tells why the store did not keep or give.
pub(super) fn words(error: StoreError) -> Refusal {
    let (code, hint) = match error {
        StoreError::Locked => (Code::StoreLocked, "`usher unlock` lets it ask for its password"),
        StoreError::Dismissed => (Code::StoreLocked, "`usher unlock` asks again"),
        StoreError::NeedsPassphrase { .. } => (Code::StoreLocked, "`usher unlock` asks for it"),
        StoreError::WrongPassphrase => (Code::WrongPassphrase, "try again"),
        StoreError::PassphraseFile(_) => (Code::StoreFailed, "correct passphrase-file in the config file"),
        StoreError::Timeout => (
            Code::StoreTimeout,
            "see whether the keyring's daemon hangs or shows a prompt, and try again; nothing is lost",
        ),
        StoreError::Full(_) => {
            (Code::StoreFull, "`usher forget` something, or choose another store in the config file")
        }
        StoreError::Unavailable(_) => {
            (Code::StoreFailed, "start it again, or choose another store in the config file")
        }
        StoreError::Damaged(_) => {
            (Code::StoreFailed, "bring it back from a backup, or remove it and import again")
        }
        StoreError::InUse => {
            (Code::StoreFailed, "end the other agent, or give this one another file in the config file")
        }
        StoreError::File(_) => (Code::StoreFailed, "look at the rights and the room of its folder"),
    };
    Refusal::new(code, error.to_string(), hint)
}
