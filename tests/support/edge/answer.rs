//! An answer, before it becomes HTTP.

use hyper::Response;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::content::Content;

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The headers; cookies may occur more than once.
    pub(super) headers: Vec<(String, String)>,
    /// What follows the headers.
    pub(super) body: Content,
}

impl Answer {
    /// Begins with a status, and nothing else.
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Content::whole("") }
    }

    /// Sends the caller to another place.
    pub(super) fn redirect(to: &str) -> Self {
        Self::new(302).with("location", to)
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces a header.
    pub(super) fn replace(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Leaves out a header.
    pub(super) fn remove(&mut self, name: &str) {
        self.headers.retain(|(theirs, _)| !theirs.eq_ignore_ascii_case(name));
    }

    /// Sends text.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.body = Content::whole(text);
        self.with("content-type", "text/plain; charset=utf-8")
    }

    /// Sends a page.
    pub(super) fn html(mut self, page: &str) -> Self {
        self.body = Content::whole(page);
        self.with("content-type", "text/html; charset=utf-8")
    }

    /// Sends JSON.
    pub(super) fn json(mut self, value: &Value) -> Self {
        self.body = Content::whole(&value.to_string());
        self.with("content-type", "application/json")
    }

    /// Makes it HTTP.
    pub(super) fn into_http(self) -> Response<Content> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status.try_into().expect("a status of a test");
        for (name, value) in self.headers {
            let name: HeaderName = name.parse().expect("a header's name of a test");
            let value = HeaderValue::from_str(&value).expect("a header's value of a test");
            response.headers_mut().append(name, value);
        }
        response
    }
}
