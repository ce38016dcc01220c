//! `usher tunnel`: the tunnels of an account, their credentials, and the certificate that manages them.

mod credentials;
mod import;
mod list;
mod login;
mod rotate;
mod run;
mod secret;
mod show;
mod token;
mod which;

use clap::Args;

use super::{Verb, read};

pub(super) const VERBS: [Verb; 8] = [
    Verb {
        name: "login",
        about: "Get an account certificate, in a browser",
        arguments: login::Arguments::augment_args,
        run: |matches, context| login::run(&read(matches)?, context),
    },
    Verb {
        name: "list",
        about: "List the tunnels of the account",
        arguments: list::Arguments::augment_args,
        run: |matches, context| list::run(&read(matches)?, context),
    },
    Verb {
        name: "show",
        about: "Tell everything about one tunnel and who serves it, but not its secret",
        arguments: which::Arguments::augment_args,
        run: |matches, context| show::run(&read(matches)?, context),
    },
    Verb {
        name: "token",
        about: "Print a tunnel's token, for cloudflared tunnel run --token-file",
        arguments: which::Arguments::augment_args,
        run: |matches, context| token::run(&read(matches)?, context),
    },
    Verb {
        name: "credentials",
        about: "Print a tunnel's credentials file, for cloudflared tunnel run --credentials-file",
        arguments: which::Arguments::augment_args,
        run: |matches, context| credentials::run(&read(matches)?, context),
    },
    Verb {
        name: "rotate",
        about: "Give a tunnel another secret, and hand it to its replicas",
        arguments: rotate::Arguments::augment_args,
        run: |matches, context| rotate::run(&read(matches)?, context),
    },
    Verb {
        name: "run",
        about: "Run cloudflared for a tunnel, whose token is in no file",
        arguments: run::Arguments::augment_args,
        run: |matches, context| run::run(&read(matches)?, context),
    },
    Verb {
        name: "import",
        about: "Take in a tunnel's token or credentials file, from a pipe or a prompt",
        arguments: import::Arguments::augment_args,
        run: |matches, context| import::run(read(matches)?, context),
    },
];
