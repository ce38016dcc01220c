//! A request as it arrived, and which part of the protocol it belongs to.

use hyper::HeaderMap;
use url::form_urlencoded;

use super::api::call;
use super::app;
use super::hosts::{DASHBOARD, FEDRAMP_DASHBOARD, FEDRAMP_TRANSFER, TRANSFER, api_region};
use super::place::Where;
use super::state::State;

/// Where the edge's own pages lie.
pub(super) const ACCESS: &str = "/cdn-cgi/access/";

/// A request.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The method.
    pub(super) method: String,
    /// The host, with the port if one was named.
    pub(super) authority: String,
    /// The path.
    pub(super) path: String,
    /// The query, without the question mark.
    pub(super) query: Option<String>,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Vec<u8>,
    /// It came over the network.
    pub(super) remote: bool,
}

impl Asked {
    /// Tells the host, without port.
    pub(super) fn host(&self) -> &str {
        self.authority.split(':').next().unwrap_or_default()
    }

    /// Shows a header, if it is there once and is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    /// Shows a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let all = self.headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(theirs, value)| (theirs == name).then_some(value))
    }

    /// Shows the app token that it carries, in either form.
    pub(super) fn app_token(&self) -> Option<&str> {
        self.header("cf-access-token").or_else(|| self.cookie("CF_Authorization"))
    }

    /// Lists the parameters of the query.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes()).into_owned().collect()
    }

    /// Finds a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().into_iter().find_map(|(theirs, value)| (theirs == name).then_some(value))
    }

    /// Shows path and query.
    pub(super) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Names the page of Access that is asked for, such as `certs`.
    pub(super) fn access_page(&self) -> Option<&str> {
        self.path.strip_prefix(ACCESS)
    }

    /// Tells which part of the protocol it belongs to.
    pub(super) fn belongs_to(&self, state: &State) -> Where {
        let page = self.access_page();
        if api_region(self.host()).is_some() {
            return Where::Api(call::parse(&self.method, &self.path).call);
        }
        match self.host() {
            TRANSFER | FEDRAMP_TRANSFER => return Where::Transfer,
            DASHBOARD | FEDRAMP_DASHBOARD => return Where::Dashboard,
            _ => {}
        }
        if state.team(self.host()).is_some() {
            return match page {
                Some("certs") => Where::Certs,
                Some("get-identity") => Where::Identity,
                Some("logout") => Where::Logout,
                Some(page) if page == "login" || page.starts_with("login/") => Where::Login,
                _ => Where::Elsewhere,
            };
        }
        let app = app::at(&state.apps, self.host(), &self.path);
        if app.is_none() && !state.is_app_host(self.host()) {
            return if self.asks_for_metadata() { Where::Metadata } else { Where::Elsewhere };
        }
        match page {
            Some("authorized") => Where::Authorized,
            Some("cli") => Where::Cli,
            Some("logout") => Where::Logout,
            Some("get-identity") => Where::Identity,
            _ if self.asks_for_metadata() => Where::Metadata,
            _ if self.headers.contains_key("cf-access-client-id")
                || self.headers.contains_key("cf-access-client-secret")
                || app.is_some_and(|app| self.single_header(app).is_some()) =>
            {
                Where::ServiceToken
            }
            _ if self.app_token().is_some() => Where::TokenCheck,
            _ => Where::AppRequest,
        }
    }

    /// Tells whether it is the request for signed metadata.
    pub(super) fn asks_for_metadata(&self) -> bool {
        self.method == "HEAD"
            && self
                .header("cf-access-metadata-request")
                .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Shows the one header in which an application reads service tokens.
    pub(super) fn single_header(&self, app: &app::App) -> Option<&str> {
        self.header(app.settings.service_token_header.as_deref()?)
    }
}
