//! What the API answers for: accounts, API tokens, tunnels, and Access as its owner sees it. One kind of
//! thing a file, in the shapes of Cloudflare's own API reference, and the one envelope for all.

pub(super) mod account;
pub(super) mod accounts;
pub(super) mod apps;
pub(super) mod bearer;
pub(super) mod call;
pub(super) mod certificate;
pub(super) mod connections;
pub(super) mod control;
pub(super) mod envelope;
pub(super) mod permission;
pub(super) mod service_tokens;
pub(super) mod token;
pub(super) mod tokens;
pub(super) mod tunnel;
pub(super) mod tunnels;
