//! What a test makes and looks at behind the API.

use super::account;
use super::permission::Permission;
use super::token::ApiToken;
use super::tunnel::{Tunnel, Unauthorized};
use crate::edge::Edge;
use crate::edge::hosts::ACME;
use crate::edge::text::uuid;

/// A program that serves a tunnel, or that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Its id.
    pub id: String,
    /// It has connections.
    pub alive: bool,
    /// The secret that it comes with is the tunnel's of now.
    pub current: bool,
}

impl Edge {
    /// Tells the id of a team's account.
    ///
    /// # Panics
    /// There is no such team.
    pub fn account(&self, team: &str) -> String {
        account::of_team(team).id
    }

    /// Makes an API token of a person's for Acme's account, and tells its value.
    pub fn add_api_token(&self, permissions: &[Permission]) -> String {
        self.add_api_token_of(ACME, permissions)
    }

    /// Makes an API token of a person's for a team's account.
    ///
    /// # Panics
    /// There is no such team.
    pub fn add_api_token_of(&self, team: &str, permissions: &[Permission]) -> String {
        let now = self.world.now();
        self.world.state().add_api_token("of a test", team, false, permissions, now).value
    }

    /// Makes an API token of Acme's account's own.
    pub fn add_account_token(&self, permissions: &[Permission]) -> String {
        let now = self.world.now();
        self.world.state().add_api_token("of a test", ACME, true, permissions, now).value
    }

    /// Makes a certificate of Acme's account, the text of a `cert.pem`: its API token may read and write
    /// tunnels, and nothing else.
    pub fn account_certificate(&self) -> String {
        self.account_certificate_of(ACME)
    }

    /// Makes a certificate of a team's account. That of a FedRAMP account does not say so.
    ///
    /// # Panics
    /// There is no such team.
    pub fn account_certificate_of(&self, team: &str) -> String {
        let now = self.world.now();
        self.world.state().add_certificate(&account::of_team(team), now)
    }

    /// Tells the id of an API token.
    ///
    /// # Panics
    /// There is no token of this value, or not any more.
    pub fn api_token_id(&self, value: &str) -> String {
        self.api_token(value, |token| token.id.clone())
    }

    /// Tells whether an API token is taken.
    pub fn api_token_lives(&self, value: &str) -> bool {
        let now = self.world.now();
        let state = self.world.state();
        let token = state.api_tokens.iter().find(|token| token.value == value);
        token.is_some_and(|token| token.status_text(now) == "active")
    }

    /// Tells the value that an API token has now.
    ///
    /// # Panics
    /// There is no token of this id, or not any more.
    pub fn api_token_value(&self, id: &str) -> String {
        let state = self.world.state();
        let token = state.api_tokens.iter().find(|token| token.id == id);
        token.expect("a token of this id").value.clone()
    }

    /// Switches an API token off.
    ///
    /// # Panics
    /// As [`Edge::api_token_id`].
    pub fn disable_api_token(&self, value: &str) {
        self.api_token(value, |token| token.disabled = true);
    }

    /// Lets an API token end at a time, in seconds since 1970.
    ///
    /// # Panics
    /// As [`Edge::api_token_id`].
    pub fn end_api_token(&self, value: &str, end: i64) {
        self.api_token(value, |token| token.expires = Some(end));
    }

    /// Deletes an API token; its value is still looked for in requests.
    pub fn revoke_api_token(&self, value: &str) {
        self.world.state().api_tokens.retain(|token| token.value != value);
    }

    fn api_token<T>(&self, value: &str, change: impl FnOnce(&mut ApiToken) -> T) -> T {
        let mut state = self.world.state();
        let token = state.api_tokens.iter_mut().find(|token| token.value == value);
        change(token.expect("a token of this value"))
    }

    /// Makes a tunnel of Acme's account, and tells its id.
    pub fn add_tunnel(&self, name: &str) -> String {
        self.add_tunnel_of(ACME, name)
    }

    /// Makes a tunnel of a team's account.
    ///
    /// # Panics
    /// There is no such team.
    pub fn add_tunnel_of(&self, team: &str, name: &str) -> String {
        let now = self.world.now();
        let mut state = self.world.state();
        let secret = state.fresh_tunnel_secret();
        state.add_tunnel(&account::of_team(team).id, name, secret, now)
    }

    /// Tells the secret that a tunnel has now, in base64.
    ///
    /// # Panics
    /// There is no such tunnel; here and in what follows.
    pub fn tunnel_secret(&self, id: &str) -> String {
        self.tunnel(id, |tunnel| tunnel.secret.clone())
    }

    /// Tells the token that connectors of a tunnel run with now.
    pub fn tunnel_token(&self, id: &str) -> String {
        self.tunnel(id, |tunnel| tunnel.token())
    }

    /// Lets a connector come to a tunnel with a tunnel token, and tells the connector's id.
    ///
    /// # Errors
    /// The token is not the tunnel's, or not any more.
    pub fn connect(&self, tunnel: &str, token: &str) -> Result<String, Unauthorized> {
        let now = self.world.now();
        let id = uuid(&self.world.state().fresh("connector"));
        self.tunnel(tunnel, |tunnel| tunnel.connect(token, now, id))
    }

    /// Lists everybody who ever came to a tunnel, oldest first.
    pub fn connectors(&self, tunnel: &str) -> Vec<Connected> {
        self.tunnel(tunnel, |tunnel| {
            let connected = tunnel.connectors.iter().map(|connector| Connected {
                id: connector.id.clone(),
                alive: connector.alive,
                current: connector.secret == tunnel.secret,
            });
            connected.collect()
        })
    }

    fn tunnel<T>(&self, id: &str, change: impl FnOnce(&mut Tunnel) -> T) -> T {
        let mut state = self.world.state();
        let tunnel = state.tunnels.iter_mut().find(|tunnel| tunnel.id == id);
        change(tunnel.expect("a tunnel of this id"))
    }

    /// Tells the id that the API has for an application.
    ///
    /// # Panics
    /// There is no such application.
    pub fn app_id(&self, covers: &str) -> String {
        let state = self.world.state();
        let app = state.apps.iter().find(|app| app.covers.as_str() == covers);
        app.unwrap_or_else(|| panic!("no application {covers}")).api_id()
    }

    /// Tells the id that the API has for a service token.
    ///
    /// # Panics
    /// There is no such service token, or not any more.
    pub fn service_token_id(&self, client_id: &str) -> String {
        let state = self.world.state();
        let known = state.service_tokens.iter().find(|known| known.token.id == client_id);
        known.expect("a service token of this client id").token.api_id()
    }
}
