//! What holds for any bytes: each property is one function that panics where it does not.
//!
//! Fuzzers call them with what they make up (`tests/fuzz`), the ordinary tests with the kept corpora
//! and with what proptest makes of those. The file of a property tells the form of its input.

pub mod allocation;
mod api_answer;
mod app;
mod config;
mod import;
mod input;
mod login;
mod message;
mod reply;
mod sealed;
mod signed;
mod stored;
mod token;

pub use self::api_answer::api_answer;
pub use self::app::app;
pub use self::config::config;
pub use self::import::import;
pub use self::login::login;
pub use self::message::{MAX_LIST, answer_frame, frame_scan, request_frame, request_line};
pub use self::reply::reply;
pub use self::sealed::sealed_file;
pub use self::signed::{keys, metadata};
pub use self::stored::stored;
pub use self::token::token;

use usher_proto::Timestamp;

/// A property, which panics where it does not hold.
pub type Property = fn(&[u8]);

/// Every property, by the name of its target and of its corpus.
pub const PROPERTIES: [(&str, Property); 15] = [
    ("request_frame", request_frame),
    ("answer_frame", answer_frame),
    ("request_line", request_line),
    ("frame_scan", frame_scan),
    ("app", app),
    ("import", import),
    ("token", token),
    ("reply", reply),
    ("api_answer", api_answer),
    ("metadata", metadata),
    ("keys", keys),
    ("login", login),
    ("config", config),
    ("sealed_file", sealed_file),
    ("stored", stored),
];

/// The time at which the properties are checked: Tue, 14 Nov 2023 22:13:20 GMT.
const NOW: Timestamp = Timestamp(1_700_000_000);

/// Does something with an input of this length, and checks that no single piece of memory is asked for
/// that is out of proportion: parsers may take many bytes of notes for one that they read.
fn in_proportion<T>(length: usize, doing: impl FnOnce() -> T) -> T {
    const LEAST: usize = 64 * 1024;
    const FOR_EACH: usize = 256;
    let (done, largest) = allocation::largest_while(doing);
    assert!(largest <= LEAST + FOR_EACH * length, "{largest} bytes at once for an input of {length}");
    done
}
