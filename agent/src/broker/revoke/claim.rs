//! Who is at which revocation, so that nothing is told to Cloudflare twice at once.

use usher_proto::CredentialId;

use crate::broker::Broker;

/// The revocations that one request, or the agent by itself, is at. They are free again when it is dropped,
/// also because a client has left.
pub(super) struct Claim<'b> {
    broker: &'b Broker,
    ids: Vec<CredentialId>,
}

impl Broker {
    /// Begins with none.
    pub(super) fn claim(&self) -> Claim<'_> {
        Claim { broker: self, ids: Vec::new() }
    }
}

impl Claim<'_> {
    /// Takes one, unless somebody else is at it.
    pub(super) fn take(&mut self, id: &CredentialId) -> bool {
        let is_free = self.broker.inner().tries.claimed.insert(id.clone());
        if is_free {
            self.ids.push(id.clone());
        }
        is_free
    }

    /// Shows those that were taken, in their order.
    pub(super) fn ids(&self) -> &[CredentialId] {
        &self.ids
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut inner = self.broker.inner();
        for id in &self.ids {
            inner.tries.claimed.remove(id);
        }
        drop(inner);
        self.broker.to_do.notify_one(); // what is left is due at another time now
    }
}
