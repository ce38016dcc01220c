//! The calls that the simulated API knows.

/// Where all calls lie.
const BASE: &str = "/client/v4/";

/// A call to the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiCall {
    /// Whether a token lives: a person's or an account's.
    Verify,
    /// The list of API tokens.
    Tokens,
    /// One API token.
    Token,
    /// Another secret for an API token.
    RollToken,
    /// The end of an API token.
    DeleteToken,
    /// The list of accounts.
    Accounts,
    /// The list of tunnels.
    Tunnels,
    /// A new tunnel.
    CreateTunnel,
    /// One tunnel.
    Tunnel,
    /// Another name or secret for a tunnel.
    ChangeTunnel,
    /// The end of a tunnel.
    DeleteTunnel,
    /// The token that a tunnel's connectors run with.
    TunnelToken,
    /// The connectors of a tunnel.
    Connections,
    /// The end of connections.
    DropConnections,
    /// The list of Access applications.
    Apps,
    /// The end of all sessions of an application.
    RevokeAppTokens,
    /// The end of all sessions of a person.
    RevokeUser,
    /// The list of service tokens.
    ServiceTokens,
    /// Another secret for a service token.
    RotateServiceToken,
    /// The end of a service token.
    DeleteServiceToken,
    /// What is no call, or none that is simulated.
    Unknown,
}

/// A call, and the ids in its path.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::edge) struct Parsed<'a> {
    pub(in crate::edge) call: ApiCall,
    pub(in crate::edge) account: Option<&'a str>,
    pub(in crate::edge) id: Option<&'a str>,
}

/// Reads which call a request is.
pub(in crate::edge) fn parse<'a>(method: &str, path: &'a str) -> Parsed<'a> {
    let segments: Vec<&str> = path.strip_prefix(BASE).unwrap_or_default().split('/').collect();
    let (account, rest) = match segments[..] {
        ["accounts", account, ref rest @ ..] if !rest.is_empty() => (Some(account), rest),
        ["user", ref rest @ ..] => (None, rest),
        _ => (None, &segments[..]),
    };
    let (call, id) = match (method, account, rest) {
        ("GET", None, ["accounts"]) => (ApiCall::Accounts, None),
        ("GET", _, ["tokens", "verify"]) => (ApiCall::Verify, None),
        ("GET", _, ["tokens"]) => (ApiCall::Tokens, None),
        ("GET", _, ["tokens", id]) => (ApiCall::Token, Some(*id)),
        ("PUT", _, ["tokens", id, "value"]) => (ApiCall::RollToken, Some(*id)),
        ("DELETE", _, ["tokens", id]) => (ApiCall::DeleteToken, Some(*id)),
        ("GET", Some(_), ["cfd_tunnel"]) => (ApiCall::Tunnels, None),
        ("POST", Some(_), ["cfd_tunnel"]) => (ApiCall::CreateTunnel, None),
        ("GET", Some(_), ["cfd_tunnel", id]) => (ApiCall::Tunnel, Some(*id)),
        ("PATCH", Some(_), ["cfd_tunnel", id]) => (ApiCall::ChangeTunnel, Some(*id)),
        ("DELETE", Some(_), ["cfd_tunnel", id]) => (ApiCall::DeleteTunnel, Some(*id)),
        ("GET", Some(_), ["cfd_tunnel", id, "token"]) => (ApiCall::TunnelToken, Some(*id)),
        ("GET", Some(_), ["cfd_tunnel", id, "connections"]) => (ApiCall::Connections, Some(*id)),
        ("DELETE", Some(_), ["cfd_tunnel", id, "connections"]) => (ApiCall::DropConnections, Some(*id)),
        ("GET", Some(_), ["access", "apps"]) => (ApiCall::Apps, None),
        ("POST", Some(_), ["access", "apps", id, "revoke_tokens"]) => (ApiCall::RevokeAppTokens, Some(*id)),
        ("POST", Some(_), ["access", "organizations", "revoke_user"]) => (ApiCall::RevokeUser, None),
        ("GET", Some(_), ["access", "service_tokens"]) => (ApiCall::ServiceTokens, None),
        ("POST", Some(_), ["access", "service_tokens", id, "rotate"]) => {
            (ApiCall::RotateServiceToken, Some(*id))
        }
        ("DELETE", Some(_), ["access", "service_tokens", id]) => (ApiCall::DeleteServiceToken, Some(*id)),
        _ => (ApiCall::Unknown, None),
    };
    Parsed { call, account, id }
}
