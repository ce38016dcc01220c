//! The names of the simulated world; one listener answers for all of them.

use usher_proto::AppPattern;

/// The team of most applications.
pub const ACME: &str = "acme.cloudflareaccess.com";
/// Another team, with keys of its own.
pub const RIVAL: &str = "rival.cloudflareaccess.com";
/// A team in Cloudflare's FedRAMP region.
pub const AGENCY: &str = "agency.fed.cloudflareaccess.com";

/// The transfer service of commercial teams.
pub const TRANSFER: &str = "login.cloudflareaccess.org";
/// The transfer service of FedRAMP teams.
pub const FEDRAMP_TRANSFER: &str = "login.fed.cloudflareaccess.org";

/// A host without Access.
pub const PLAIN: &str = "plain.example.test";
/// A host of a stranger, who takes what he gets.
pub const EVIL: &str = "evil.example.test";

/// Every name under which the edge can be reached, and for which its certificate holds. Hosts of these
/// that are neither an application's nor Cloudflare's are strangers'.
pub(super) const REACHABLE: [&str; 11] = [
    "*.example.test",
    "*.wild.example.test",
    "*.rival.test",
    "*.agency.test",
    "*.cloudflareaccess.com",
    "*.fed.cloudflareaccess.com",
    "*.cloudflareaccess.org",
    "*.fed.cloudflareaccess.org",
    // Where a hostile `auth_domain` leads whoever believes it.
    "evil.example",
    "*.evil.example",
    "evilcloudflareaccess.com",
];

/// Shows them as patterns.
pub(super) fn patterns() -> impl Iterator<Item = AppPattern> {
    REACHABLE.iter().map(|name| name.parse().expect("each is a pattern"))
}

/// Tells which transfer service a team's logins go to.
pub(super) fn transfer_service(team: &str) -> &'static str {
    if team.ends_with(".fed.cloudflareaccess.com") { FEDRAMP_TRANSFER } else { TRANSFER }
}
