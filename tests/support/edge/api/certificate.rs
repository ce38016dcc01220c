//! Account certificates, which are an API token in PEM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::account::Account;
use super::permission::Permission;
use crate::edge::state::State;

/// How long a line of the text is.
const LINE: usize = 64;

impl State {
    /// Makes a certificate of an account; its token may do all with tunnels, and nothing else.
    pub(in crate::edge) fn add_certificate(&mut self, account: &Account, now: i64) -> String {
        let permissions = [Permission::TunnelWrite, Permission::TunnelRead];
        let token = self.add_api_token("Cloudflare Tunnel API Token", account.team, false, &permissions, now);
        let json = format!(
            r#"{{"zoneID":"{}","accountID":"{}","apiToken":"{}"}}"#,
            account.zone(),
            account.id,
            token.value
        );
        let base64 = STANDARD.encode(json);
        let lines: Vec<_> = base64.as_bytes().chunks(LINE).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", lines.join("\n"))
    }
}

const LABEL: &str = "ARGO TUNNEL TOKEN";
