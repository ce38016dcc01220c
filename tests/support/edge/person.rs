//! The person at the browser, within the test's process.

use url::Url;

use super::Edge;
use super::case::Case;
use super::cli::{self, ADA, NotLoggedIn};
use super::dashboard;
use super::faults::Faults;
use super::place::Where;
use super::request::Asked;

impl Edge {
    /// Opens a login's URL as Ada, whom every policy for persons lets in, and completes the login. Faults
    /// do not reach this person, who is not on the network.
    ///
    /// # Errors
    /// The URL is not as a program must make it, or the policy keeps everybody out.
    pub fn log_in(&self, url: &str) -> Result<(), NotLoggedIn> {
        self.log_in_as(ADA, url)
    }

    /// Opens a login's URL as somebody and completes the login.
    ///
    /// # Errors
    /// As [`Edge::log_in`].
    pub fn log_in_as(&self, email: &str, url: &str) -> Result<(), NotLoggedIn> {
        self.open_page(url, |case| match case.part {
            Where::Cli => cli::complete(case, email),
            _ => Err(NotLoggedIn::Malformed("this is no application's page for logins")),
        })
    }

    /// Opens the page of a login to an account and completes the login: leaves the account's certificate at
    /// the transfer service. Faults do not reach this person either.
    ///
    /// # Errors
    /// The URL is not as a program must make it.
    pub fn log_in_to_account(&self, page: &str) -> Result<(), NotLoggedIn> {
        self.open_page(page, |case| match case.part {
            Where::Dashboard => dashboard::complete(case),
            _ => Err(NotLoggedIn::Malformed("this is no page of the dashboard")),
        })
    }

    fn open_page(
        &self,
        url: &str,
        complete: impl FnOnce(&mut Case<'_>) -> Result<(), NotLoggedIn>,
    ) -> Result<(), NotLoggedIn> {
        let asked = asked(url)?;
        let done = {
            let now = self.world.now();
            let mut state = self.world.state();
            let (part, _, number) = state.admit(&asked);
            let faults = Faults::default();
            complete(&mut Case { state: &mut state, asked: &asked, part, faults: &faults, now, number })
        };
        self.world.news.send_replace(());
        self.world.changed.notify_all();
        done
    }
}

/// Makes the request of a person who presses the page's button.
fn asked(url: &str) -> Result<Asked, NotLoggedIn> {
    let url = Url::parse(url).map_err(|_| NotLoggedIn::Malformed("this is no URL"))?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || !bare {
        return Err(NotLoggedIn::Malformed("the URL is not plain https"));
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(Asked {
        method: "POST".to_owned(),
        authority: format!("{}{port}", url.host_str().unwrap_or_default()),
        path: url.path().to_owned(),
        query: url.query().map(str::to_owned),
        ..Asked::default()
    })
}
