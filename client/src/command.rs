//! The command line: one verb, one file.

mod access;
mod agent;
mod audit;
mod borrow;
mod cert;
mod cloudflared;
mod exec;
mod forget;
mod import;
mod line;
mod list;
mod lock;
mod login;
mod refresh;
mod revoke;
mod service_token;
mod show;
mod status;
mod targets;
mod token;
mod tunnel;
mod unlock;
mod verb;
mod verify;
mod watch;

use clap::Args;

pub(crate) use self::line::run;
use self::verb::{Verb, no_verb, parse, read};

const VERBS: [Verb; 21] = [
    Verb {
        name: "token",
        about: "Print the Access token for an application's URL",
        arguments: token::Arguments::augment_args,
        run: |matches, context| token::run(&read(matches)?, context),
    },
    Verb {
        name: "login",
        about: "Log in to an application, in a browser if nothing else brings a token",
        arguments: login::Arguments::augment_args,
        run: |matches, context| login::run(&read(matches)?, context),
    },
    Verb {
        name: "access",
        about: "Both, spelled as cloudflared spells them: access token --app=URL, access login URL",
        arguments: access::arguments,
        run: access::run,
    },
    Verb {
        name: "refresh",
        about: "Get new app tokens now, without a browser",
        arguments: targets::Arguments::augment_args,
        run: |matches, context| refresh::run(read(matches)?, context),
    },
    Verb {
        name: "verify",
        about: "Ask Cloudflare whether it takes app tokens, and replace those that it refuses",
        arguments: targets::Arguments::augment_args,
        run: |matches, context| verify::run(read(matches)?, context),
    },
    Verb {
        name: "exec",
        about: "Run a program with secrets lent to it, and none that lie about",
        arguments: exec::Arguments::augment_args,
        run: |matches, context| exec::run(&read(matches)?, context),
    },
    Verb {
        name: "tunnel",
        about: "Log in to an account, and work with its tunnels and their credentials",
        arguments: |command| verb::below(command, &tunnel::VERBS),
        run: |matches, context| verb::run(&tunnel::VERBS, matches, context),
    },
    Verb {
        name: "cloudflared",
        about: "Run cloudflared with an account certificate that is in no file",
        arguments: cloudflared::Arguments::augment_args,
        run: |matches, context| cloudflared::run(&read(matches)?, context),
    },
    Verb {
        name: "import",
        about: "Take in a cloudflared folder, or one secret from a pipe or a prompt",
        arguments: import::Arguments::augment_args,
        run: |matches, context| import::run(&read(matches)?, context),
    },
    Verb {
        name: "list",
        about: "List what the agent holds",
        arguments: |command| command,
        run: |_, context| list::run(context),
    },
    Verb {
        name: "show",
        about: "Tell everything about one credential but its secret",
        arguments: show::Arguments::augment_args,
        run: |matches, context| show::run(&read(matches)?, context),
    },
    Verb {
        name: "revoke",
        about: "End credentials here and at Cloudflare, and tell what is still valid",
        arguments: revoke::Arguments::augment_args,
        run: |matches, context| revoke::run(&read(matches)?, context),
    },
    Verb {
        name: "service-token",
        about: "Rotate a service token",
        arguments: |command| verb::below(command, &service_token::VERBS),
        run: |matches, context| verb::run(&service_token::VERBS, matches, context),
    },
    Verb {
        name: "cert",
        about: "Roll the API token in an account certificate",
        arguments: |command| verb::below(command, &cert::VERBS),
        run: |matches, context| verb::run(&cert::VERBS, matches, context),
    },
    Verb {
        name: "forget",
        about: "Wipe credentials from the agent and its store; at Cloudflare they stay valid",
        arguments: forget::Arguments::augment_args,
        run: |matches, context| forget::run(&read(matches)?, context),
    },
    Verb {
        name: "watch",
        about: "Tell what happens to credentials, as it happens",
        arguments: watch::Arguments::augment_args,
        run: |matches, context| watch::run(read(matches)?, context),
    },
    Verb {
        name: "audit",
        about: "Tell who asked the agent for what, from its audit log",
        arguments: audit::Arguments::augment_args,
        run: |matches, context| audit::run(&read(matches)?, context),
    },
    Verb {
        name: "status",
        about: "Tell how the agent and its store are",
        arguments: |command| command,
        run: |_, context| status::run(context),
    },
    Verb {
        name: "lock",
        about: "Seal what the agent holds under a passphrase",
        arguments: |command| command,
        run: |_, context| lock::run(context),
    },
    Verb {
        name: "unlock",
        about: "Open a locked agent, profile or store",
        arguments: |command| command,
        run: |_, context| unlock::run(context),
    },
    Verb {
        name: "agent",
        about: "Start or stop the agent, or tell whether one answers",
        arguments: agent::arguments,
        run: agent::run,
    },
];

#[cfg(test)]
mod tests;
