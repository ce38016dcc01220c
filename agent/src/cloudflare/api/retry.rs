//! Whether and when a call is made again.

use std::time::Duration;

use usher_proto::Timestamp;

use super::ApiError;
use crate::cloudflare::date;
use crate::cloudflare::http::Head;

/// How often a call is made at most.
pub(super) const TRIES: u32 = 3;

/// What the API asks to be waited for is waited for if it is shorter than this; somebody waits.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Before the second try; before the third it is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// Tells how long to wait after a failed try, the first of which is 1; nothing if that was the last.
pub(super) fn pause(error: &ApiError, after: Option<Duration>, tried: u32) -> Option<Duration> {
    if tried >= TRIES || !error.is_passing() {
        return None;
    }
    match after {
        Some(after) => (after < LONGEST_WAIT).then_some(after),
        None => Some(PAUSE * tried),
    }
}

/// Reads how long an answer asks to wait: in milliseconds, in seconds, until a time, or until the
/// window of the limit is over.
pub(super) fn after(head: &Head, now: Timestamp) -> Option<Duration> {
    let milliseconds = || number(head.header("retry-after-ms")?).map(Duration::from_millis);
    let seconds = || number(head.header("retry-after")?).map(Duration::from_secs);
    let until = || {
        let now = head.date().unwrap_or(now);
        let wait = now.seconds_until(date::parse(head.header("retry-after")?)?);
        Some(Duration::from_secs(wait.try_into().unwrap_or(0)))
    };
    let window = || head.all("ratelimit").find_map(window).map(Duration::from_secs);
    milliseconds().or_else(seconds).or_else(until).or_else(|| window().filter(|_| head.status() == 429))
}

/// Reads the seconds that are left of a window: `"default";r=0;t=30`, one of several perhaps.
fn window(text: &str) -> Option<u64> {
    let limits = text.split(',').filter_map(|limit| {
        let parameter = |name: &str| {
            let mut parameters = limit.split(';').filter_map(|parameter| parameter.trim().split_once('='));
            parameters.find_map(|(theirs, value)| (theirs == name).then(|| number(value)).flatten())
        };
        (parameter("r") == Some(0)).then(|| parameter("t")).flatten()
    });
    limits.max()
}

/// Reads a whole number; Rust would take a sign too.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::testing::{DATE, NOW};

    #[test]
    fn what_passes_is_tried_three_times() {
        let down = ApiError::Refused { status: 503, code: None };
        let (first, second) = (pause(&down, None, 1), pause(&down, None, 2));
        assert!(first.is_some() && first < second && second < Some(Duration::from_secs(1)));
        assert_eq!(pause(&down, None, 3), None);
        assert_eq!(pause(&ApiError::NotFound, None, 1), None);
        assert_eq!(pause(&ApiError::AnswerLost, None, 1), None);
    }

    #[test]
    fn what_is_asked_for_is_waited_for_if_it_is_short() {
        let limited = ApiError::RateLimited { after: None };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(pause(&limited, seconds(59), 1), seconds(59));
        assert_eq!(pause(&limited, seconds(0), 2), seconds(0));
        assert_eq!(pause(&limited, seconds(60), 1), None);
        assert_eq!(pause(&limited, seconds(5), 3), None);
    }

    #[test]
    fn an_answer_says_in_several_ways_how_long_to_wait() {
        let waits = |status, headers: &[(&'static str, &str)]| {
            after(&Head::sample("api.cloudflare.com", status, headers), NOW)
        };
        let milliseconds = |number| Some(Duration::from_millis(number));
        let date = ("date", "Tue, 14 Nov 2023 22:13:10 GMT");
        let spent = "\"default\";r=0;t=30";
        for (headers, wait) in [
            (&[][..], None),
            (&[("retry-after", "7")], milliseconds(7_000)),
            (&[("retry-after", " 0 ")], milliseconds(0)),
            (&[("retry-after", "7"), ("retry-after-ms", "250")], milliseconds(250)),
            (&[("retry-after", "7"), ("retry-after-ms", "soon")], milliseconds(7_000)),
            (&[("retry-after", "Tue, 14 Nov 2023 22:14:00 GMT")], milliseconds(40_000)),
            (&[("retry-after", "Tue, 14 Nov 2023 22:14:00 GMT"), date], milliseconds(50_000)),
            (&[("retry-after", DATE)], milliseconds(0)),
            (&[("retry-after", "Tue, 14 Nov 2023 22:00:00 GMT")], milliseconds(0)),
            (&[("retry-after", "-7")], None),
            (&[("retry-after", "+7")], None),
            (&[("retry-after", "")], None),
            (&[("retry-after", "99999999999999999999999")], None),
            (&[("ratelimit", spent)], milliseconds(30_000)),
            (&[("ratelimit", spent), ("retry-after", "31")], milliseconds(31_000)),
            (&[("ratelimit", "\"burst\";r=0;t=2, \"default\"; r=0; t=9")], milliseconds(9_000)),
            (&[("ratelimit", "\"default\";r=5;t=30")], None),
            (&[("ratelimit", "r=0")], None),
        ] {
            assert_eq!(waits(429, headers), wait, "{headers:?}");
        }
        assert_eq!(waits(503, &[("ratelimit", spent)]), None);
        assert_eq!(waits(503, &[("retry-after", "7")]), milliseconds(7_000));
    }
}
