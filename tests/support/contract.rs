//! What every store must do.

use std::sync::Arc;

use usher_agent::store::{Matter, Note, Reach, Record, Revoked, Revoking, Store, StoreError};
use usher_proto::credential::Source;
use usher_proto::{Credential, Kind, Secret, Timestamp};

/// Says what a store promises beyond the least.
#[derive(Debug, Clone, Copy)]
pub struct Promises {
    /// Records are there after the store was dropped and opened again.
    pub persists: bool,
    /// Largest secret that it takes for sure, in bytes.
    pub largest: usize,
    /// So many small records fit.
    pub many: usize,
}

/// Checks a store that is empty, and leaves it empty. `open` opens the same store again.
pub fn check(promises: Promises, open: &mut dyn FnMut() -> Box<dyn Store>) {
    let mut store = open();
    assert_eq!(load(&mut *store), [], "a fresh store is empty");
    absence(&mut *store);
    replacement(&mut *store);
    secrets_of_every_shape(&mut *store, promises.largest);
    too_large_a_secret(&mut *store);
    many_records(&mut *store, promises.many);
    notes(&mut *store);
    assert_eq!(load(&mut *store), [], "everything was removed");
    if promises.persists {
        drop(store);
        persistence(open);
    }
}

fn absence(store: &mut dyn Store) {
    let nobody = record(0, "x");
    assert_eq!(store.holds(&nobody), Ok(false));
    assert_eq!(store.remove(&nobody.credential.id), Ok(()), "removing what is not there is no error");
}

fn replacement(store: &mut dyn Store) {
    let (old, neighbour) = (record(1, "old"), record(2, "neighbour"));
    assert_eq!(store.put(&old), Ok(()));
    assert_eq!(store.put(&neighbour), Ok(()));
    for new in ["new", "a longer one than before", "n"] {
        let mut changed = record(1, new);
        Arc::make_mut(&mut changed.credential).label = format!("label of {new}");
        assert_eq!(store.put(&changed), Ok(()));
        assert_eq!((store.holds(&changed), store.holds(&old)), (Ok(true), Ok(false)));
        assert_eq!(load(store), [changed, neighbour.clone()], "replaced, not added");
    }
    assert_eq!(store.remove(&old.credential.id), Ok(()));
    assert_eq!(store.holds(&record(1, "n")), Ok(false));
    assert_eq!(load(store), std::slice::from_ref(&neighbour));
    assert_eq!(store.remove(&neighbour.credential.id), Ok(()));
}

fn secrets_of_every_shape(store: &mut dyn Store, largest: usize) {
    let mut secrets = vec![
        b"x".to_vec(),
        "bücher 🗝 \u{1b}[31m \"quoted\" \\ \t".into(),
        b"-----BEGIN PRIVATE KEY-----\r\nMIIB\r\n-----END PRIVATE KEY-----\n\n".to_vec(),
        (1..=255).collect(),
    ];
    // Around what Windows takes (2,560 bytes), and as large as tokens with many groups get.
    for length in [1_200, 2_000, 2_559, 2_560, 2_561, 5_120, 16 * 1024, 64 * 1024] {
        secrets.extend((length <= largest).then(|| jwt_like(length)));
    }
    for secret in secrets {
        let length = secret.len();
        let mut kept = record(3, "x");
        Arc::make_mut(&mut kept.credential).label = "日本語 ☃ of bücher.example".to_owned();
        kept.secret = Arc::new(Secret::new(secret).expect("not empty"));
        assert_eq!(store.put(&kept), Ok(()), "{length} bytes");
        assert_eq!(store.holds(&kept), Ok(true), "{length} bytes came back changed");
        assert!(load(store) == [kept], "{length} bytes were loaded changed");
    }
    assert_eq!(store.remove(&record(3, "x").credential.id), Ok(()));
}

/// A store either takes a secret or says that it has no room, and then keeps the old one.
fn too_large_a_secret(store: &mut dyn Store) {
    let old = record(4, "old");
    assert_eq!(store.put(&old), Ok(()));
    let mut large = record(4, "x");
    large.secret = Arc::new(Secret::new(jwt_like(200 * 1024)).expect("not empty"));
    let kept = match store.put(&large) {
        Ok(()) => large,
        Err(StoreError::Full(limit)) => {
            assert!(!limit.is_empty());
            old
        }
        Err(other) => panic!("a secret that is too large: {other:?}"),
    };
    assert_eq!(store.holds(&kept), Ok(true), "neither the old nor the new one");
    assert_eq!(store.remove(&kept.credential.id), Ok(()));
}

fn many_records(store: &mut dyn Store, many: usize) {
    let records: Vec<_> = (0..many).map(|number| record(100 + number, &format!("secret {number}"))).collect();
    for record in &records {
        assert_eq!(store.put(record), Ok(()));
    }
    assert_eq!(load(store), records);
    let (first, others) = records.split_first().expect("many");
    assert_eq!(store.remove(&first.credential.id), Ok(()));
    assert_eq!(load(store), others);
    for record in others {
        assert_eq!(store.remove(&record.credential.id), Ok(()));
    }
}

/// Notes lie beside records, and neither is taken for the other.
fn notes(store: &mut dyn Store) {
    let (record, mut noted) = (record(7, "held"), note(7));
    assert_eq!(store.put(&record), Ok(()));
    assert_eq!(store.put_note(&noted), Ok(()));
    assert_eq!(store.load().map(|held| held.notes), Ok(vec![noted.clone()]));
    assert_eq!(load(store), std::slice::from_ref(&record), "a note is no record");
    let revoked = Revoked { digits: "0".repeat(12), at: Timestamp(1_700_000_000), expires: None };
    noted.matter = Matter::Revoked(vec![revoked]);
    noted.secret = None;
    assert_eq!(store.put_note(&noted), Ok(()));
    assert_eq!(store.load().map(|held| held.notes), Ok(vec![noted.clone()]), "replaced, not added");
    assert_eq!(store.remove(&noted.id), Ok(()));
    assert_eq!(store.load().map(|held| held.notes), Ok(Vec::new()));
    assert_eq!(load(store), std::slice::from_ref(&record));
    assert_eq!(store.remove(&record.credential.id), Ok(()));
}

fn persistence(open: &mut dyn FnMut() -> Box<dyn Store>) {
    let (first, second) = (record(5, "first"), record(6, "second"));
    let mut store = open();
    assert_eq!(store.put(&first), Ok(()));
    assert_eq!(store.put(&second), Ok(()));
    assert_eq!(store.put_note(&note(8)), Ok(()));
    drop(store);
    let mut store = open();
    assert_eq!(load(&mut *store), [first.clone(), second.clone()]);
    assert_eq!(store.load().map(|held| held.notes), Ok(vec![note(8)]));
    assert_eq!(store.remove(&note(8).id), Ok(()));
    assert_eq!(store.remove(&first.credential.id), Ok(()));
    drop(store);
    let mut store = open();
    assert_eq!(store.holds(&first), Ok(false));
    assert_eq!(load(&mut *store), std::slice::from_ref(&second));
    assert_eq!(store.remove(&second.credential.id), Ok(()));
}

/// Loads in a settled order, which stores do not have.
pub fn load(store: &mut dyn Store) -> Vec<Record> {
    let mut records = store.load().expect("it loads").records;
    records.sort_by(|one, other| one.credential.id.cmp(&other.credential.id));
    records
}

/// Makes a record; equal numbers give equal ids.
pub fn record(number: usize, secret: &str) -> Record {
    let credential = Credential {
        id: format!("app-{number:012x}").parse().expect("an id"),
        profile: "default".parse().expect("a profile"),
        kind: Kind::AppToken,
        label: "app.example.com".to_owned(),
        app: Some("app.example.com".parse().expect("a pattern")),
        audience: Some("ab".repeat(32).parse().expect("an audience")),
        team: Some("acme.cloudflareaccess.com".parse().expect("a team domain")),
        account: None,
        zone: None,
        tunnel: None,
        client_id: None,
        email: Some("ada@example.com".to_owned()),
        issued: Some(Timestamp(1_700_000_000)),
        expires: Some(Timestamp(1_700_086_400)),
        source: Source::File("app.example.com-token".to_owned()),
    };
    let secret = Secret::new(secret.into()).expect("not empty");
    Record { credential: Arc::new(credential), secret: Arc::new(secret) }
}

/// Makes a note of a revocation under way.
pub fn note(number: usize) -> Note {
    let Record { credential, secret } = record(number, "to be ended\nsoon");
    let revoking = Revoking {
        credential,
        reach: Reach::Person,
        url: Some("https://app.example.com/a".parse().expect("a URL")),
        since: Timestamp(1_700_000_000),
        told: None,
    };
    let id = format!("revoked-{number:012x}").parse().expect("an id");
    Note { id, matter: Matter::Revoking(revoking), secret: Some(secret) }
}

/// Makes something of the length and letters of a JWT.
pub fn jwt_like(length: usize) -> Vec<u8> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = 0x2545_f491_4f6c_dd1d_u64; // xorshift: the same every time
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state % 64) as usize]
    };
    (0..length).map(|at| if at % 500 == 36 { b'.' } else { next() }).collect()
}
