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

/// The API of commercial accounts.
pub const API: &str = "api.cloudflare.com";
/// The API of FedRAMP accounts.
pub const FEDRAMP_API: &str = "api.fed.cloudflare.com";
/// The same as [`API`] under a name that needs no DNS: for programs that are told an address with a port.
pub const LOCAL_API: &str = "localhost";
/// The dashboard of commercial accounts.
pub const DASHBOARD: &str = "dash.cloudflare.com";
/// The dashboard of FedRAMP accounts.
pub const FEDRAMP_DASHBOARD: &str = "dash.fed.cloudflare.com";

/// A host without Access.
pub const PLAIN: &str = "plain.example.test";
/// A host of a stranger, who takes what he gets.
pub const EVIL: &str = "evil.example.test";

/// Every name under which the edge can be reached, and for which its certificate holds beside
/// [`LOCAL_API`]. Hosts of these
/// that are neither an application's nor Cloudflare's are strangers'.
pub(super) const REACHABLE: [&str; 15] = [
    "*.example.test",
    "*.wild.example.test",
    "*.rival.test",
    "*.agency.test",
    "*.cloudflareaccess.com",
    "*.fed.cloudflareaccess.com",
    "*.cloudflareaccess.org",
    "*.fed.cloudflareaccess.org",
    API,
    FEDRAMP_API,
    DASHBOARD,
    FEDRAMP_DASHBOARD,
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
    if is_fedramp(team) { FEDRAMP_TRANSFER } else { TRANSFER }
}

/// Tells whether a team is in the FedRAMP region.
pub(super) fn is_fedramp(team: &str) -> bool {
    team.ends_with(".fed.cloudflareaccess.com")
}

/// Tells whether a host is one of the API: and then, whether of FedRAMP accounts.
pub(super) fn api_region(host: &str) -> Option<bool> {
    match host {
        API | LOCAL_API => Some(false),
        FEDRAMP_API => Some(true),
        _ => None,
    }
}
