//! The environment that a program gets from us: ours, without the variables that are known to hold
//! secrets of Cloudflare. A program has what it was lent, and nothing that lay about.

use std::process::Command;

/// Variables that cloudflared, wrangler, Terraform's provider, ACME clients and scripts keep secrets in.
const SECRETS: [&str; 29] = [
    "TUNNEL_TOKEN",
    "TUNNEL_CRED_CONTENTS",
    "TUNNEL_CREATE_SECRET",
    "TUNNEL_SERVICE_TOKEN_ID",
    "TUNNEL_SERVICE_TOKEN_SECRET",
    "TUNNEL_MANAGEMENT_TOKEN",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_API_USER_SERVICE_KEY",
    "CLOUDFLARE_ACCESS_CLIENT_ID",
    "CLOUDFLARE_ACCESS_CLIENT_SECRET",
    "CLOUDFLARE_DNS_API_TOKEN",
    "CLOUDFLARE_ZONE_API_TOKEN",
    "CLOUDFLARE_TUNNEL_TOKEN",
    "WRANGLER_R2_SQL_AUTH_TOKEN",
    "CF_API_TOKEN",
    "CF_API_KEY",
    "CF_API_USER_SERVICE_KEY",
    "CF_DNS_API_TOKEN",
    "CF_ZONE_API_TOKEN",
    "CF_TOKEN",
    "CF_KEY",
    "CF_Token",
    "CF_Key",
    "CF_ACCESS_TOKEN",
    "CF_ACCESS_CLIENT_ID",
    "CF_ACCESS_CLIENT_SECRET",
    "CF_AUTHORIZATION",
    "CF_Authorization",
];

/// Takes them out of a program's environment, but for those to keep.
pub(crate) fn strip(command: &mut Command, keep: &[String]) {
    for name in SECRETS.iter().filter(|name| !keep.iter().any(|kept| kept == *name)) {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn each_is_taken_out_unless_it_is_kept() {
        let mut command = Command::new("x");
        strip(&mut command, &["CF_API_TOKEN".to_owned()]);
        let gone = |name: &str| {
            command.get_envs().any(|(found, value)| found == OsStr::new(name) && value.is_none())
        };
        assert!(gone("TUNNEL_TOKEN") && gone("CLOUDFLARE_API_TOKEN") && !gone("CF_API_TOKEN"));
        assert!(!gone("PATH") && !gone("USHER_SOCK"));
    }
}
