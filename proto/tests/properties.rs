//! Messages and bytes that nobody thought of.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Serialize;
use serde::de::DeserializeOwned;
use usher_proto::frame::{HEADER, MAX_MESSAGE, Scan};
use usher_proto::{Answer, AppPattern, AppUrl, Request, Secret, codec, frame, json};

use crate::allocation::largest_while;
use crate::messages::{answer, app_pattern, request};
use crate::samples;

/// Cases of each property: enough to find what is wrong often, few enough to run every time.
const CASES: u32 = 256;

/// Most that serde sets aside for a list of claimed length before its first element has been read.
/// Only answers hold lists.
const MAX_LIST: usize = 1024 * 1024;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

    #[test]
    fn a_request_survives_both_forms(request in request()) {
        survives(&request);
    }

    #[test]
    fn an_answer_survives_both_forms(answer in answer()) {
        survives(&answer);
    }

    #[test]
    fn a_secret_that_is_not_text_survives_frames_alone(bytes in vec(any::<u8>(), 1..64)) {
        let secret = |bytes: &[u8]| Secret::new(bytes.to_vec()).expect("not empty");
        let lock = Request::Lock { passphrase: secret(&bytes) };
        let frame = frame::encode(&lock).expect("small");
        let Ok(Request::Lock { passphrase }) = codec::decode(&frame[HEADER..]) else { panic!("it decodes") };
        prop_assert_eq!(passphrase, secret(&bytes));
        prop_assert_eq!(json::encode(&lock).is_ok(), std::str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn garbage_is_an_error_and_costs_little(bytes in vec(any::<u8>(), 0..512)) {
        is_read_without_harm(&bytes);
    }

    #[test]
    fn a_damaged_message_is_an_error_and_costs_little(
        frame in select(frames()),
        damage in vec((any::<Index>(), prop_oneof![Just(0xff), Just(0), any::<u8>()]), 0..12),
        cut in option::of(any::<Index>()),
    ) {
        let mut frame = frame;
        for (at, byte) in damage {
            let at = at.index(frame.len());
            frame[at] = byte;
        }
        frame.truncate(cut.map_or(frame.len(), |cut| cut.index(frame.len())));
        is_read_without_harm(&frame);
        is_read_without_harm(frame.get(HEADER..).unwrap_or_default());
    }

    #[test]
    fn damaged_json_is_an_error_and_costs_little(
        line in select(lines()),
        damage in vec((any::<Index>(), select(b"{}[]\",:\\0u\xff ".to_vec())), 0..4),
    ) {
        let mut line = line;
        for (at, byte) in damage {
            let at = at.index(line.len());
            line[at] = byte;
        }
        is_read_without_harm(&line);
    }

    #[test]
    fn any_text_is_an_applications_url_or_an_error(text in url_like()) {
        if let Ok(url) = text.parse::<AppUrl>() {
            prop_assert!(!url.host().is_empty() && url.path().starts_with('/'));
            let again = url.to_string().parse();
            prop_assert_eq!(again, Ok(url));
        }
    }

    #[test]
    fn any_text_is_a_pattern_or_an_error(text in url_like()) {
        if let Ok(pattern) = text.parse::<AppPattern>() {
            prop_assert_eq!(String::from(pattern.clone()).parse(), Ok(pattern.clone()));
            covers_what_it_says(&pattern);
        }
    }

    #[test]
    fn a_pattern_covers_what_it_says(pattern in app_pattern()) {
        covers_what_it_says(&pattern);
    }
}

#[test]
fn a_claimed_length_is_not_believed() {
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
            let (refused, largest) = largest_while(|| {
                codec::decode::<Request>(&bytes).is_err() && codec::decode::<Answer>(&bytes).is_err()
            });
            assert!(refused && largest <= most, "{largest} bytes for {before:?} and {claimed}");
        }
    }
}

/// Decodes to what was encoded, told by encoding it again: every member is in the bytes.
fn survives<T: Serialize + DeserializeOwned>(message: &T) {
    let framed = frame::encode(message).expect("small");
    let Ok(Scan::Message { body, end }) = frame::scan(&framed) else { panic!("a whole frame") };
    assert_eq!(end, framed.len());
    let from_frame: T = codec::decode(body).expect("what was encoded decodes");
    let line = json::encode(message).expect("text");
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line");
    let from_line: T = json::decode(&line).expect("what was encoded decodes");
    for decoded in [from_frame, from_line] {
        assert_eq!(frame::encode(&decoded).expect("small"), framed);
        assert_eq!(json::encode(&decoded).expect("text"), line);
    }
}

/// Reads bytes in every way there is: none panics, and none asks for more memory than its limit.
fn is_read_without_harm(bytes: &[u8]) {
    let (_, largest) = largest_while(|| {
        let scanned = frame::scan(bytes);
        if let Ok(Scan::Incomplete { total }) = scanned {
            assert!(bytes.len() < total && total <= HEADER + MAX_MESSAGE, "{total}");
        }
        let _ = codec::decode::<Request>(bytes);
        let _ = json::decode::<Request>(bytes);
    });
    assert!(largest <= MAX_MESSAGE, "{largest} bytes for a request");
    let (_, largest) = largest_while(|| {
        let _ = codec::decode::<Answer>(bytes);
        let _ = json::decode::<Answer>(bytes);
    });
    assert!(largest <= MAX_LIST, "{largest} bytes for an answer");
}

fn covers_what_it_says(pattern: &AppPattern) {
    // With `y` for `*`, most patterns are URLs; some hosts are not, such as `xn--y`.
    let said = pattern.as_str().replace('*', "y").parse::<AppUrl>();
    if let Ok(url) = said {
        assert!(pattern.covers(&url), "{pattern} covers {url}");
    }
}

fn frames() -> Vec<Vec<u8>> {
    let requests = samples::requests().into_iter().map(|(_, request)| frame::encode(&request));
    let answers = samples::answers().into_iter().map(|(_, answer)| frame::encode(&answer));
    requests.chain(answers).map(|frame| frame.expect("small").to_vec()).collect()
}

fn lines() -> Vec<Vec<u8>> {
    let requests = samples::requests().into_iter().map(|(_, request)| json::encode(&request));
    let answers = samples::answers().into_iter().map(|(_, answer)| json::encode(&answer));
    requests.chain(answers).map(|line| line.expect("text").to_vec()).collect()
}

/// Text that is a URL, nearly one, or none at all.
fn url_like() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?://|HTTP:|ssh://|//)?[a-z0-9.*:@ÄßИ%\\[\\]-]{0,12}([/?#\\\\][ -~é]{0,8}){0,3}",
        "[a-z*]{1,4}(\\.[a-z*]{1,4}){1,2}(/[a-z*. %é]{0,4}){0,3}",
    ]
}
