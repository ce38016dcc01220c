//! Another secret for a tunnel. From then on no connector gets in with the old one; those that are
//! connected stay until their connections are dropped.

use serde::Serialize;
use tokio::time::sleep;
use usher_proto::Secret;
use usher_proto::secret::wire;

use super::outcome::Failed;
use super::question::Question;
use super::tunnels::{WRITE, tunnel_at};
use super::{Api, ApiError, retry};
use crate::cloudflare::http::Method;
use crate::cloudflare::{secret_text, tunnel};

#[derive(Serialize)]
struct Change<'a> {
    name: &'a str,
    #[serde(with = "wire")]
    tunnel_secret: &'a Secret,
}

impl Api<'_> {
    /// Gives a tunnel another secret: base64 of 32 bytes or more, which the caller has made and keeps.
    /// `name` is the tunnel's own, and stays.
    ///
    /// A change whose answer is lost is looked up before it is asked for again.
    ///
    /// # Errors
    /// [`ApiError::AnswerLost`] if the change may have been made and could not be looked up.
    pub async fn set_tunnel_secret(
        &self,
        account: &str,
        id: &str,
        name: &str,
        new_secret: &Secret,
    ) -> Result<(), ApiError> {
        let unsendable = || ApiError::Unsendable("a tunnel's secret is base64 of 32 bytes or more");
        let text = secret_text(new_secret).map_err(|_| unsendable())?;
        let wanted = tunnel::tunnel_secret(text.as_bytes()).ok_or_else(unsendable)?;
        let change = Change { name, tunnel_secret: new_secret };
        let question = Question::new(Method::Patch, tunnel_at(account, id)?).body(&change)?.needs(WRITE);
        let mut tried = 0;
        loop {
            tried += 1;
            let Failed { error, after, lost } = match self.once(&question, &[]).await {
                Ok(_) => return Ok(()),
                Err(failed) => failed,
            };
            let pause = retry::pause(&error, after, tried);
            if let Some(pause) = pause {
                sleep(pause).await;
            }
            if lost && self.has_secret(account, id, &wanted).await? {
                return Ok(());
            }
            if pause.is_none() {
                return Err(error);
            }
        }
    }

    /// Looks up whether a change was made.
    async fn has_secret(&self, account: &str, id: &str, wanted: &Secret) -> Result<bool, ApiError> {
        let token = self.tunnel_token(account, id).await.map_err(|_| ApiError::AnswerLost)?;
        Ok(tunnel::secret_of(&token).is_ok_and(|secret| secret == *wanted))
    }
}
