//! A login: asks the agent for it, shows a person the page, and waits until it is over.

mod qr;

use std::sync::Arc;

use usher_proto::answer::{Event, Imported};
use usher_proto::{Answer, Credential, Request, Secret};

use crate::agent::LOGIN;
use crate::context::Context;
use crate::error::Error;
use crate::print::clean;
use crate::streams::Streams;
use crate::time::{and_ends, left, now};

/// How to show what happens on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Show {
    /// To a program: each event is a line of JSON on standard output. Else to a person, on standard error.
    pub(crate) as_json: bool,
    /// A browser may be opened.
    pub(crate) browser: bool,
    /// The page is drawn for the camera of a telephone too.
    pub(crate) qr: bool,
}

/// What a login brought.
#[derive(Debug)]
pub(crate) struct LoggedIn {
    /// The JWT.
    pub(crate) token: Arc<Secret>,
    /// What it is.
    pub(crate) credential: Arc<Credential>,
    /// A person was needed for it.
    by_person: bool,
}

/// Asks for a login and waits for it.
pub(crate) fn log_in(
    request: &Request,
    show: Show,
    context: &mut Context<'_, '_>,
) -> Result<LoggedIn, Error> {
    let (answer, by_person) = wait(request, show, context)?;
    let Answer::Token { token, credential } = answer else { return Err(Error::unexpected()) };
    Ok(LoggedIn { token, credential, by_person })
}

/// Asks for a login to an account and waits for it.
pub(crate) fn log_in_to_account(
    request: &Request,
    show: Show,
    context: &mut Context<'_, '_>,
) -> Result<Imported, Error> {
    match wait(request, show, context)? {
        (Answer::Imported(imported), _) => Ok(imported),
        _ => Err(Error::unexpected()),
    }
}

/// Waits for the answer; tells also whether a person was needed for it.
fn wait(request: &Request, show: Show, context: &mut Context<'_, '_>) -> Result<(Answer, bool), Error> {
    let mut wait = Wait::new(show);
    let answer = context.ask_hearing(request, LOGIN, |event, streams| wait.hear(event, streams));
    wait.clear(context.streams);
    Ok((answer?, wait.by_person))
}

impl LoggedIn {
    /// Says it in a sentence, which ends its line.
    pub(crate) fn sentence(&self) -> String {
        let Credential { label, email, expires, .. } = &*self.credential;
        let who = email.as_ref().map(|email| format!(" as {}", clean(email))).unwrap_or_default();
        let ends = and_ends("the token", *expires, now());
        let begin = if self.by_person { "Logged in to" } else { "No login was needed: there is a token for" };
        format!("{begin} {}{who}{ends}.\n", clean(label))
    }
}

impl From<LoggedIn> for Answer {
    fn from(LoggedIn { token, credential, .. }: LoggedIn) -> Self {
        Answer::Token { token, credential }
    }
}

/// One wait for a person.
struct Wait {
    show: Show,
    by_person: bool,
    /// The length of the line that is rewritten in place, where there is one.
    line: usize,
    /// Whether a line may be rewritten; asked once it matters.
    on_terminal: Option<bool>,
}

impl Wait {
    fn new(show: Show) -> Self {
        Self { show, by_person: false, line: 0, on_terminal: None }
    }

    fn hear(&mut self, event: Event, streams: &mut Streams<'_>) -> Result<(), Error> {
        let is_login =
            matches!(event, Event::LogIn { .. } | Event::LogInToAccount { .. } | Event::Waiting { .. });
        let is_first = is_login && !std::mem::replace(&mut self.by_person, true);
        if is_first && matches!(event, Event::Waiting { .. }) && !self.show.as_json {
            streams.tell("Another client was asked to open the page; both wait for the same login.\n");
        }
        if self.show.as_json { self.for_program(event, streams) } else { self.for_person(&event, streams) }
    }

    fn for_person(&mut self, event: &Event, streams: &mut Streams<'_>) -> Result<(), Error> {
        if let Event::LogIn { url, label, team, open, .. } = event {
            let page = page(url)?;
            self.clear(streams);
            let label = clean(label);
            streams.tell(&format!("Log in to {label} (team {team}) on this page:\n\n    {page}\n\n"));
            let outcome = self.show_page(page, *open, streams)?;
            streams.tell(outcome);
        }
        if let Event::LogInToAccount { url, .. } = event {
            let page = page(url)?;
            self.clear(streams);
            streams.tell(&format!(
                "Log in to Cloudflare on this page, and choose a zone of the account:\n\n    {page}\n\n"
            ));
            let outcome = self.show_page(page, true, streams)?;
            streams.tell(outcome);
        }
        if let Event::LogIn { left, .. } | Event::LogInToAccount { left, .. } | Event::Waiting { left } =
            event
        {
            self.progress(*left, streams);
        }
        Ok(())
    }

    fn for_program(&mut self, event: Event, streams: &mut Streams<'_>) -> Result<(), Error> {
        let answer = Answer::Event(event);
        streams.print_json(&answer)?;
        match &answer {
            Answer::Event(Event::LogIn { url, open, .. }) => {
                self.show_page(page(url)?, *open, streams)?;
            }
            Answer::Event(Event::LogInToAccount { url, .. }) => {
                self.show_page(page(url)?, true, streams)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Draws the page and opens it, as far as that is wanted, and says what became of the latter.
    fn show_page(&self, page: &str, open: bool, streams: &mut Streams<'_>) -> Result<&'static str, Error> {
        if self.show.qr {
            streams.tell(&qr::draw(page)?);
        }
        Ok(match (self.show.browser, open) {
            (false, _) => "",
            (true, false) => "Another client was asked to open it; both wait for the same login.\n",
            (true, true) if (streams.browser)(page) => "Your browser was asked to open it.\n",
            (true, true) => "No browser could be opened here; open the URL above on any machine.\n",
        })
    }

    /// Tells the time that is left: again and again in one line, or once where lines stay.
    fn progress(&mut self, seconds: u32, streams: &mut Streams<'_>) {
        let first = self.on_terminal.is_none();
        let text = format!("Waiting for the login; {} left", left(seconds));
        if *self.on_terminal.get_or_insert_with(streams.errors_are_terminal) {
            // Spaces wipe what is left of a longer line, on terminals that know no commands too.
            let width = self.line.max(text.len());
            streams.tell(&format!("\r{text:width$}"));
            self.line = width;
        } else if first {
            streams.tell(&format!("{text}\n"));
        }
    }

    /// Takes the line away that is rewritten, so that what follows stands alone.
    fn clear(&mut self, streams: &mut Streams<'_>) {
        if self.line > 0 {
            streams.tell(&format!("\r{:width$}\r", "", width = self.line));
            self.line = 0;
        }
    }
}

/// Shows the address of a page if it is one that may stand on a terminal and in an argument.
fn page(url: &Secret) -> Result<&str, Error> {
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(b);
    let page = std::str::from_utf8(url.expose()).map_err(|_| Error::unexpected())?;
    if page.starts_with("https://") && page.as_bytes().iter().all(fits) {
        Ok(page)
    } else {
        Err(Error::unexpected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_shown_and_opened() {
        let secret = |text: &str| Secret::new(text.into()).expect("not empty");
        let good = "https://app.example.test:8443/cdn-cgi/access/cli?aud=1&token=x%3D";
        assert_eq!(page(&secret(good)), Ok(good));
        for bad in [
            "http://app.example.test/",
            "file:///etc/passwd",
            "-https://app.example.test/",
            "https://app.example.test/ -x",
            "https://app.example.test/\u{1b}[2J",
            "https://app.example.test/\"",
            "https://bücher.example/",
        ] {
            assert!(page(&secret(bad)).is_err(), "{bad}");
        }
    }
}
