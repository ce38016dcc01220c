//! What a person or a program is told while a login is awaited.

use usher_proto::answer::Event;
use usher_proto::{Answer, Secret};

use super::{Show, qr};
use crate::error::Error;
use crate::print::clean;
use crate::streams::Streams;
use crate::time::left;

/// One wait for a person.
pub(super) struct Wait {
    show: Show,
    /// A person is needed.
    pub(super) by_person: bool,
    /// The length of the line that is rewritten in place, where there is one.
    line: usize,
    /// Whether a line may be rewritten; asked once it matters.
    on_terminal: Option<bool>,
}

impl Wait {
    pub(super) fn new(show: Show) -> Self {
        Self { show, by_person: false, line: 0, on_terminal: None }
    }

    pub(super) fn hear(&mut self, event: Event, streams: &mut Streams<'_>) -> Result<(), Error> {
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
    pub(super) fn clear(&mut self, streams: &mut Streams<'_>) {
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
