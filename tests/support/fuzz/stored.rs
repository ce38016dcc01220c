//! What a store hands back. An input is a record's bytes; it is also what is inside a sealed file.

use std::sync::OnceLock;

use usher_agent::seal::{Key, Salt};
use usher_agent::store::{Note, Record, Store};

use super::in_proportion;
use super::sealed::{CHEAP, in_place, passphrase};

/// The name of a note's item.
const NOTE: &str = "revoked-0123456789ab";

/// A record that is read is the same when it is written and read again; a sealed file is read or not,
/// whatever is in it.
pub fn stored(bytes: &[u8]) {
    if let Ok(record) = in_proportion(bytes.len(), || Record::decode(bytes)) {
        let again = record.encode().expect("what was stored can be stored");
        assert_eq!(Record::decode(&again), Ok(record));
    }
    if let Ok(note) = in_proportion(bytes.len(), || Note::decode(NOTE, bytes)) {
        let again = note.encode().expect("what was stored can be stored");
        assert_eq!(Note::decode(NOTE, &again), Ok(note));
    }
    in_place(|place| {
        place.write(&sealed(bytes));
        let mut store = place.store();
        assert_eq!(store.unlock(Some(&passphrase())), Ok(()), "it is sealed with the passphrase's key");
        let _ = in_proportion(bytes.len(), || store.load());
    });
}

/// Makes a sealed file, whatever is inside, in the form that the agent documents.
fn sealed(inside: &[u8]) -> Vec<u8> {
    static KEY: OnceLock<Key> = OnceLock::new();
    let salt = Salt([7; 16]);
    let key = KEY.get_or_init(|| Key::derive(&passphrase(), &salt, CHEAP).expect("a cheap key"));
    let mut file = b"usher box\x01".to_vec();
    for number in [CHEAP.memory_kib, CHEAP.passes, CHEAP.lanes] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&salt.0);
    let sealed = key.seal(&file, inside);
    file.extend_from_slice(&sealed);
    file
}
