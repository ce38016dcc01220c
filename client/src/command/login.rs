//! `usher login URL`: a token by whatever way there is, through a browser if need be; it is not printed.

use clap::Args;
use usher_proto::{Answer, AppUrl, Request};

use super::{parse, token};
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::login::{LoggedIn, Show, log_in};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The application, such as https://app.example.com/path
    #[arg(value_name = "URL")]
    url: String,
    /// Only a token that lives at least so long: 90s, 5m, 1h30m, or seconds
    #[arg(long, value_name = "DURATION")]
    min_valid: Option<String>,
    #[command(flatten)]
    way: Way,
}

#[derive(Debug, Default, Args)]
pub(super) struct Way {
    /// Open no browser; the login page's URL is printed in any case
    #[arg(long)]
    no_browser: bool,
    /// Draw the URL as a QR code too
    #[arg(long)]
    qr: bool,
    /// Let the last page in the browser close itself
    #[arg(long)]
    auto_close: bool,
    /// The application's team is in FedRAMP High
    #[arg(long)]
    fedramp: bool,
}

/// Logs in and says for whom, or prints events and answer for a program.
pub(super) fn run(arguments: &Arguments, context: &mut Context<'_, '_>) -> Result<Exit, Error> {
    let min_valid = token::min_valid(arguments.min_valid.as_deref())?;
    let as_json = context.json;
    let logged_in = arguments.way.log_in(parse(&arguments.url)?, min_valid, as_json, context)?;
    if as_json {
        context.print_answer(&Answer::from(logged_in))?;
    } else {
        context.print(&logged_in.sentence())?;
    }
    Ok(Exit::Done)
}

impl Way {
    /// Asks for the login, as was said.
    pub(super) fn log_in(
        &self,
        app: AppUrl,
        min_valid: u32,
        as_json: bool,
        context: &mut Context<'_, '_>,
    ) -> Result<LoggedIn, Error> {
        let request = Request::Login {
            app,
            profile: context.one_profile(),
            min_valid,
            fedramp: self.fedramp,
            auto_close: self.auto_close,
        };
        log_in(&request, Show { as_json, browser: !self.no_browser, qr: self.qr }, context)
    }
}
