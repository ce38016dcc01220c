use std::fs;
use std::sync::mpsc;

use super::*;
use crate::store::StoreError;

/// Long enough for a thread to start on a busy machine, short enough to wait for.
const PATIENCE: Duration = Duration::from_secs(2);

struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random numbers");
        let name = format!("usher-choose-{:016x}", u64::from_le_bytes(random));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a new folder");
        Self(folder)
    }

    fn state(&self) -> PathBuf {
        self.0.join("state/store")
    }

    fn settings(&self, asked: Option<StoreName>) -> Settings {
        Settings {
            asked: asked.map(|store| Asked { store, how: "with --store" }),
            remembered_in: self.state(),
            file: self.0.join("sealed"),
            passphrase: PassphraseSource::Ask,
        }
    }

    fn open(&self, asked: Option<StoreName>, candidates: Vec<Candidate>) -> Result<Opened, CannotChoose> {
        open_among(self.settings(asked), candidates, PATIENCE)
    }

    fn remembered(&self) -> Option<String> {
        fs::read_to_string(self.state()).ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn candidate(name: StoreName, probe: impl FnOnce() -> Result<(), StoreError> + Send + 'static) -> Candidate {
    Candidate { name, probe: Box::new(probe) }
}

fn untouched(name: StoreName) -> Candidate {
    candidate(name, || unreachable!("nobody asked for a try"))
}

#[test]
fn the_first_that_works_is_taken_and_remembered_with_the_reason() {
    let place = Place::new();
    let opened = place
        .open(
            None,
            vec![
                candidate(StoreName::Keyring, || Err(StoreError::Unavailable("no bus"))),
                candidate(StoreName::File, || Ok(())),
                untouched(StoreName::Memory),
            ],
        )
        .expect("one works");
    assert_eq!(opened.name, StoreName::File);
    assert_eq!(opened.chosen, "the first that works (keyring: no bus)");
    let notice = opened.notice.expect("a person is told");
    assert!(notice.contains("keyring: no bus") && notice.contains("until removed"), "{notice}");
    assert_eq!(place.remembered().as_deref(), Some("file\n"));
}

#[test]
fn a_remembered_store_is_taken_without_a_try_and_stays_though_it_fails() {
    let place = Place::new();
    drop(place.open(None, vec![candidate(StoreName::File, || Ok(()))]).expect("it works"));
    let mut opened = place
        .open(None, vec![untouched(StoreName::Keyring), untouched(StoreName::File)])
        .expect("remembered");
    assert_eq!((opened.name, opened.chosen.as_str()), (StoreName::File, "used before"));
    assert_eq!(opened.notice, None);
    assert_eq!(opened.store.load(), Err(StoreError::NeedsPassphrase { new: true }));
    assert_eq!(place.remembered().as_deref(), Some("file\n"));
}

#[test]
fn a_store_that_hangs_is_passed_over_in_time() {
    let place = Place::new();
    let (open_later, hanging) = mpsc::channel::<()>();
    let opened = place
        .open(
            None,
            vec![
                candidate(StoreName::Keyring, move || {
                    let _ = hanging.recv();
                    Ok(())
                }),
                candidate(StoreName::File, || Ok(())),
            ],
        )
        .expect("the second one works");
    drop(open_later);
    assert_eq!(opened.name, StoreName::File);
    assert!(opened.chosen.contains("keyring: the store did not answer in time"), "{}", opened.chosen);
}

#[test]
fn another_store_than_before_is_taken_when_asked_for_and_the_old_one_is_named() {
    let place = Place::new();
    drop(place.open(Some(StoreName::Keyring), Vec::new()).expect("asked for"));
    let opened = place.open(Some(StoreName::File), Vec::new()).expect("asked for");
    assert_eq!(opened.chosen, "asked for with --store");
    let notice = opened.notice.expect("a person is told");
    assert!(notice.contains("in the store keyring stay there"), "{notice}");
    assert_eq!(place.remembered().as_deref(), Some("file\n"));
    let again = place.open(Some(StoreName::File), Vec::new()).expect("asked for");
    assert_eq!(again.notice, None);
}

#[test]
fn memory_is_never_remembered() {
    let place = Place::new();
    drop(place.open(Some(StoreName::Memory), Vec::new()).expect("asked for"));
    assert_eq!(place.remembered(), None);
    drop(place.open(Some(StoreName::File), Vec::new()).expect("asked for"));
    let opened = place.open(Some(StoreName::Memory), Vec::new()).expect("asked for");
    assert!(opened.notice.is_some_and(|notice| notice.contains("--store file")));
    assert_eq!(place.remembered().as_deref(), Some("file\n"));
}

#[test]
fn when_nothing_works_the_way_out_is_named() {
    let place = Place::new();
    let error = place
        .open(None, vec![candidate(StoreName::Keyring, || Err(StoreError::Unavailable("no bus")))])
        .err()
        .expect("nothing works");
    assert_eq!(error.to_string(), "no store works here (keyring: no bus)");
    assert!(error.hint().contains("--store file") && error.hint().contains("--store memory"));
    assert_eq!(place.remembered(), None);
}

#[test]
fn a_memory_that_cannot_be_understood_is_no_reason_to_guess() {
    let place = Place::new();
    fs::create_dir(place.0.join("state")).expect("a folder");
    for nonsense in ["", "vault\n", "memory\n", &"x".repeat(1000)] {
        fs::write(place.state(), nonsense).expect("a file");
        let error = place.open(None, vec![untouched(StoreName::Keyring)]).err().expect("no guess");
        assert!(matches!(error, CannotChoose::BadMemory(_)), "{error}");
        assert!(!error.to_string().contains("xxx"), "{error}");
        assert!(error.hint().contains("--store"), "{error}");
    }
    drop(place.open(Some(StoreName::File), Vec::new()).expect("asked for"));
    assert_eq!(place.remembered().as_deref(), Some("file\n"));
}

#[test]
fn a_choice_that_cannot_be_remembered_is_said() {
    let place = Place::new();
    fs::write(place.0.join("state"), "in the way").expect("a file where the folder should be");
    let opened = place.open(Some(StoreName::File), Vec::new()).expect("asked for");
    assert!(opened.notice.is_some_and(|notice| notice.contains("could not be remembered")));
}
