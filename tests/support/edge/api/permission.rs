//! What an API token may be allowed to do.

use super::call::ApiCall;

/// Something that an API token may be allowed to do, in Cloudflare's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Cloudflare Tunnel Read
    TunnelRead,
    /// Cloudflare Tunnel Write
    TunnelWrite,
    /// API Tokens Read
    ApiTokensRead,
    /// API Tokens Write
    ApiTokensWrite,
    /// Account API Tokens Read
    AccountTokensRead,
    /// Account API Tokens Write
    AccountTokensWrite,
    /// Account Settings Read
    AccountRead,
    /// Access: Apps and Policies Read
    AccessAppsRead,
    /// Access: Apps and Policies Revoke
    AccessAppsRevoke,
    /// Access: Organizations Revoke
    AccessOrgRevoke,
    /// Access: Service Tokens Read
    ServiceTokensRead,
    /// Access: Service Tokens Write
    ServiceTokensWrite,
}

/// Lists the permissions of which a call needs any one; none at all if a token that lives is enough.
pub(in crate::edge) fn needed(call: ApiCall, of_account: bool) -> &'static [Permission] {
    use Permission::*;
    match (call, of_account) {
        (ApiCall::Verify | ApiCall::Unknown, _) => &[],
        (ApiCall::Tokens | ApiCall::Token, false) => &[ApiTokensRead, ApiTokensWrite],
        (ApiCall::Tokens | ApiCall::Token, true) => &[AccountTokensRead, AccountTokensWrite],
        (ApiCall::RollToken | ApiCall::DeleteToken, false) => &[ApiTokensWrite],
        (ApiCall::RollToken | ApiCall::DeleteToken, true) => &[AccountTokensWrite],
        (ApiCall::Accounts, _) => &[AccountRead],
        (ApiCall::Tunnels | ApiCall::Tunnel | ApiCall::Connections, _) => &[TunnelRead, TunnelWrite],
        (
            ApiCall::CreateTunnel
            | ApiCall::ChangeTunnel
            | ApiCall::DeleteTunnel
            | ApiCall::TunnelToken
            | ApiCall::DropConnections,
            _,
        ) => &[TunnelWrite],
        (ApiCall::Apps, _) => &[AccessAppsRead, AccessAppsRevoke],
        (ApiCall::RevokeAppTokens, _) => &[AccessAppsRevoke],
        (ApiCall::RevokeUser, _) => &[AccessOrgRevoke],
        (ApiCall::ServiceTokens, _) => &[ServiceTokensRead, ServiceTokensWrite],
        (ApiCall::RotateServiceToken | ApiCall::DeleteServiceToken, _) => &[ServiceTokensWrite],
    }
}
