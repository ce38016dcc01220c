//! An application's URL and the pattern that covers it. An input is one line that is read as both, and
//! perhaps a second one, a URL that the pattern covers or not.

use url::Url;
use usher_proto::{AppPattern, AppUrl};

use super::in_proportion;
use super::input::line;

/// URLs and patterns are read once, stay as they are, and cover what they say.
pub fn app(bytes: &[u8]) {
    let (first, rest) = line(bytes);
    let (second, _) = line(rest);
    let (url, pattern) =
        in_proportion(bytes.len(), || (first.parse::<AppUrl>().ok(), first.parse::<AppPattern>().ok()));
    let other = second.parse::<AppUrl>().ok();
    if let Some(url) = &url {
        is_as_browsers_read_it(&first, url);
    }
    if let Some(pattern) = &pattern {
        let again = pattern.as_str().parse::<AppPattern>();
        assert_eq!(again.as_ref(), Ok(pattern), "a pattern stays as it is");
        // With `y` for `*`, most patterns are URLs; some hosts are not, such as `xn--y`.
        if let Ok(said) = pattern.as_str().replace('*', "y").parse() {
            assert!(pattern.covers(&said), "{pattern} covers {said}");
        }
        if let Some(other) = other {
            covers_no_more(pattern, &other);
        }
    }
}

fn is_as_browsers_read_it(given: &str, url: &AppUrl) {
    assert!(!url.host().is_empty() && url.path().starts_with('/'), "{url}");
    let text = url.to_string();
    assert_eq!(text.parse().as_ref(), Ok(url), "a URL stays as it is");
    let parsed = Url::parse(&text).expect("a URL is a URL");
    assert_eq!((parsed.as_str(), parsed.scheme()), (&*text, "https"));
    assert_eq!((parsed.host_str(), parsed.path()), (Some(url.host()), url.path()));
    assert!(parsed.username().is_empty() && parsed.password().is_none(), "{url} names somebody");
    // Whatever short cut it took: a whole URL is what browsers make of it.
    if given.starts_with("https://") {
        assert_eq!(Url::parse(given.trim()).as_ref(), Ok(&parsed));
    }
}

/// A `*` never reaches over a label of the host; without one, nothing but what is below is covered.
fn covers_no_more(pattern: &AppPattern, url: &AppUrl) {
    if !pattern.covers(url) {
        return;
    }
    let labels = |host: &str| host.split('.').count();
    assert_eq!(labels(pattern.host()), labels(url.host()), "{pattern} covers {url}");
    if !pattern.is_wildcard() {
        assert_eq!(pattern.host(), url.host());
    }
    if !pattern.path().contains('*') {
        let below = url.path().strip_prefix(pattern.path()).expect("the path lies below");
        assert!(pattern.path().is_empty() || below.is_empty() || below.starts_with('/'), "{pattern}, {url}");
    }
}
