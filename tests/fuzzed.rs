//! The properties that fuzzers check (`tests/fuzz`), checked with the kept corpora and with what becomes
//! of those by chance.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use usher_proto::frame::MAX_MESSAGE;
use usher_proto::{Answer, Request, codec};
use usher_tests::fuzz::{self, MAX_LIST, PROPERTIES, Property, allocation};

#[global_allocator]
static WATCHED: allocation::Watched = allocation::Watched;

/// Cases of each property: enough to find what is wrong often, few enough to run every time.
const CASES: u32 = 256;

/// Most files of a corpus, and most bytes of them all: they are kept with the sources.
const MAX_FILES: usize = 60;
const MAX_BYTES: usize = 300 * 1024;

/// Makes the test of a property.
macro_rules! holds {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            holds(stringify!($name), fuzz::$name);
        }
    )*

        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

holds! {
    request_frame answer_frame request_line frame_scan app import token reply api_answer metadata keys login config
    sealed_file stored
}

#[test]
fn every_property_has_a_target_a_test_and_a_small_corpus() {
    let names = PROPERTIES.map(|(name, _)| name);
    assert_eq!(TESTED, names);
    for (part, end) in [("corpus", ""), ("targets", ".rs")] {
        let mut found: Vec<String> = listed(&folder().join(part)).iter().map(|path| name(path)).collect();
        found.sort();
        let mut wanted = names.map(|name| format!("{name}{end}"));
        wanted.sort();
        assert_eq!(found, wanted, "{part}");
    }
    let corpora = names.map(corpus);
    assert!(corpora.iter().all(|corpus| (1..=MAX_FILES).contains(&corpus.len())), "too many files");
    let bytes: usize = corpora.iter().flatten().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes <= MAX_BYTES, "{bytes} bytes");
}

#[test]
fn a_claimed_length_is_not_believed() {
    let (_, largest) = allocation::largest_while(|| Vec::<u8>::with_capacity(1000));
    assert_eq!(largest, 1000, "the allocator sees it");
    // A passphrase, an id, a list of credentials, of features.
    let claims: [(&[u8], usize); 4] = [
        (&[8, 0, 0, 0], MAX_MESSAGE),
        (&[3, 0, 0, 0], MAX_MESSAGE),
        (&[2, 0, 0, 0], MAX_LIST),
        (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], MAX_LIST),
    ];
    for (before, most) in claims {
        for claimed in [u64::MAX, 1 << 40, MAX_MESSAGE as u64 + 1, MAX_MESSAGE as u64 - 16] {
            let bytes = [before, &claimed.to_le_bytes()].concat();
            let (refused, largest) = allocation::largest_while(|| {
                codec::decode::<Request>(&bytes).is_err() && codec::decode::<Answer>(&bytes).is_err()
            });
            assert!(refused && largest <= most, "{largest} bytes for {before:?} and {claimed}");
        }
    }
}

/// Checks a property with every file of its corpus, and with damaged ones.
fn holds(target: &str, property: Property) {
    let corpus = corpus(target);
    for (file, bytes) in &corpus {
        let held = catch_unwind(|| property(bytes));
        assert!(held.is_ok(), "it does not hold for {target}/{file}");
    }
    let inputs = corpus.into_iter().map(|(_, bytes)| bytes).collect();
    let config =
        Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::with_cases(CASES) };
    let checked = TestRunner::new(config).run(&damaged(inputs), |bytes| {
        property(&bytes);
        Ok(())
    });
    checked.unwrap_or_else(|why| panic!("{target}: {why}"));
}

/// A file with some bytes changed, cut, or followed by another; or any bytes.
fn damaged(inputs: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = || prop_oneof![select(b"{}[]\",:=.-*/\\0u\n \xff\0".to_vec()), any::<u8>()];
    let from_file = (
        select(inputs.clone()),
        vec((any::<Index>(), byte()), 0..6),
        option::of(any::<Index>()),
        option::weighted(0.2, select(inputs)),
    );
    let from_file = from_file.prop_map(|(mut bytes, changes, cut, more)| {
        for (at, byte) in changes {
            // An empty file has no place for a change.
            let length = bytes.len().max(1);
            if let Some(changed) = bytes.get_mut(at.index(length)) {
                *changed = byte;
            }
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len() + 1)));
        bytes.extend(more.into_iter().flatten());
        bytes
    });
    prop_oneof![9 => from_file, 1 => vec(any::<u8>(), 0..512)]
}

/// The kept inputs of a target, with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = listed(&folder().join("corpus").join(target));
    files.into_iter().map(|path| (name(&path), fs::read(&path).expect("a file of a corpus"))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// What is in a folder, sorted.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the fuzzers");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
