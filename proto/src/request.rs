//! What a client asks.

mod import;

use serde::{Deserialize, Serialize};

pub use self::import::{Import, Origin};
use crate::app::AppUrl;
use crate::name::{CredentialId, ProfileName};
use crate::revocation::Revocation;
use crate::secret::{Secret, wire};
use crate::tunnel::{TunnelForm, WhichTunnel};

/// One question. In JSON it is an object with one member, named after the variant.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Asks for the agent's version, features and limits.
    Hello {},
    /// Asks for the app token of the application that covers a URL.
    Token {
        /// The application.
        app: AppUrl,
        /// Whose.
        #[serde(default)]
        profile: ProfileName,
        /// The token must live at least so many seconds more.
        #[serde(default = "default_min_valid")]
        min_valid: u32,
    },
    /// Asks what the agent holds, in pages that fit into a message.
    List {
        /// One profile only; all of them when null.
        #[serde(default)]
        profile: Option<ProfileName>,
        /// The last id of the page before; null for the first page.
        #[serde(default)]
        after: Option<CredentialId>,
    },
    /// Asks about one credential.
    Show {
        /// Which.
        id: CredentialId,
    },
    /// Hands a secret over.
    Import(Import),
    /// Wipes a credential from memory and store. It does not end it at Cloudflare.
    Forget {
        /// Which.
        id: CredentialId,
    },
    /// Wipes every credential of one profile, or all of them.
    ForgetAll {
        /// One profile only; all of them when null.
        #[serde(default)]
        profile: Option<ProfileName>,
    },
    /// Asks how the agent is.
    Status {},
    /// Seals what the agent holds under a passphrase.
    Lock {
        /// What will open it again.
        #[serde(with = "wire")]
        passphrase: Secret,
    },
    /// Opens a locked agent, locked profiles, a sealed file or the OS keyring; the last one asks the person
    /// itself.
    Unlock {
        /// What was given to `Lock`, or the sealed file's passphrase.
        #[serde(default, with = "wire::option")]
        passphrase: Option<Secret>,
    },
    /// Ends the agent in order.
    Stop {},
    /// Gets the app token of the application at a URL, through a browser if nothing else does.
    ///
    /// Events come before the answer, which is that of `Token`.
    Login {
        /// The application.
        app: AppUrl,
        /// Whose.
        #[serde(default)]
        profile: ProfileName,
        /// The token must live at least so many seconds more.
        #[serde(default = "default_min_valid")]
        min_valid: u32,
        /// The application's team is in FedRAMP High; a team domain that says so needs no flag.
        #[serde(default)]
        fedramp: bool,
        /// The browser's last page closes itself.
        #[serde(default)]
        auto_close: bool,
    },
    /// Gets a new app token now, without a browser.
    Refresh {
        /// Which.
        target: Target,
        /// Whose; an id tells it by itself.
        #[serde(default)]
        profile: ProfileName,
    },
    /// Asks Cloudflare's edge whether it takes the token, and replaces one that it refuses.
    Verify {
        /// Which.
        target: Target,
        /// Whose; an id tells it by itself.
        #[serde(default)]
        profile: ProfileName,
    },
    /// Asks for the request headers that open an application: an app token's, or a service token's.
    Headers {
        /// The application.
        app: AppUrl,
        /// Whose.
        #[serde(default)]
        profile: ProfileName,
        /// What is in the headers must live at least so many seconds more.
        #[serde(default = "default_min_valid")]
        min_valid: u32,
    },
    /// Gets an account certificate through a browser. Events come before the answer.
    CertLogin {
        /// Whose it will be.
        #[serde(default)]
        profile: ProfileName,
        /// The account is in FedRAMP High.
        #[serde(default)]
        fedramp: bool,
    },
    /// Asks for an account certificate itself, to be lent to a program.
    Cert {
        /// Which; the only one of the profile when null.
        #[serde(default)]
        id: Option<CredentialId>,
        /// Whose; an id tells it by itself.
        #[serde(default)]
        profile: ProfileName,
    },
    /// Asks Cloudflare for the tunnels of an account.
    Tunnels {
        /// Whose.
        #[serde(default)]
        profile: ProfileName,
        /// The account certificate; the only one of the profile when null.
        #[serde(default)]
        cert: Option<CredentialId>,
    },
    /// Asks Cloudflare for a tunnel and its connectors.
    Tunnel(WhichTunnel),
    /// Asks for tunnel credentials themselves; those that are not held are fetched.
    TunnelSecret {
        /// Of which tunnel.
        which: WhichTunnel,
        /// In which form.
        form: TunnelForm,
    },
    /// Gives a tunnel another secret, at Cloudflare and here. One that was begun before and is not
    /// finished goes on where it was.
    RotateTunnel {
        /// Which.
        which: WhichTunnel,
        /// Cuts every connector, so that none stays with the secret before.
        #[serde(default)]
        drop_connections: bool,
        /// It is not finished until `Deployed` says so: replicas get the new secret one after the other.
        #[serde(default)]
        staged: bool,
    },
    /// Tells how many groups of replicas have a rotated tunnel's new secret.
    Deployed {
        /// The tunnel's credentials.
        id: CredentialId,
        /// So many of them, in their order.
        groups: u32,
        /// They all have it: the rotation is over.
        finished: bool,
    },
    /// Gives a service token another client secret, at Cloudflare and here.
    RotateServiceToken {
        /// Which.
        id: CredentialId,
        /// The secret before is taken for so many seconds more.
        #[serde(default)]
        overlap: u32,
    },
    /// Gives the API token in an account certificate another value, at Cloudflare and here.
    RollCert {
        /// Which.
        id: CredentialId,
    },
    /// Ends credentials: wipes them here, then ends them at Cloudflare, then sees whether they are
    /// refused. Events come before the answer.
    Revoke {
        /// Which.
        what: Revocation,
        /// Does nothing, and tells what would be done.
        #[serde(default)]
        dry_run: bool,
    },
    /// Asks what Cloudflare is still to be told.
    Pending {},
    /// Asks to be told what happens to credentials, as events, until the client leaves.
    Watch {
        /// One profile only; all of them when null.
        #[serde(default)]
        profile: Option<ProfileName>,
        /// These only; all of them when empty.
        #[serde(default)]
        targets: Vec<Target>,
    },
    /// Asks whether a secret was revoked here, without taking it in.
    WasRevoked(Import),
    /// Asks what the system keeps the agent's own process from.
    Sandbox {},
}

/// Names an app token: by its id, or by a URL that its application covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The token with this id.
    Id(CredentialId),
    /// The token that answers this URL.
    App(AppUrl),
}

/// Life that a token must have left when a caller does not say, in seconds: enough to be sent.
pub const DEFAULT_MIN_VALID: u32 = 5;

fn default_min_valid() -> u32 {
    DEFAULT_MIN_VALID
}
