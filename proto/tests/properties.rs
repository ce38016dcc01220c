//! Messages, URLs and patterns that nobody thought of.

use proptest::collection::vec;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use usher_proto::frame::{HEADER, Scan};
use usher_proto::{AppPattern, AppUrl, Request, Secret, codec, frame, json};

use crate::messages::{answer, app_pattern, request};

/// Cases of each property: enough to find what is wrong often, few enough to run every time.
const CASES: u32 = 256;

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

fn covers_what_it_says(pattern: &AppPattern) {
    // With `y` for `*`, most patterns are URLs; some hosts are not, such as `xn--y`.
    let said = pattern.as_str().replace('*', "y").parse::<AppUrl>();
    if let Ok(url) = said {
        assert!(pattern.covers(&url), "{pattern} covers {url}");
    }
}

/// Text that is a URL, nearly one, or none at all.
fn url_like() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?://|HTTP:|ssh://|//)?[a-z0-9.*:@ÄßИ%\\[\\]-]{0,12}([/?#\\\\][ -~é]{0,8}){0,3}",
        "[a-z*]{1,4}(\\.[a-z*]{1,4}){1,2}(/[a-z*. %é]{0,4}){0,3}",
    ]
}
