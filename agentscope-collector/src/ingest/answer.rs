//! Who sends, and what they are told.

use std::time::Duration;

use super::ledger::Reason;
use crate::store::Tenant;

/// Whose records come in: their tenant is never taken from what they say, unless the program that
/// says it is this one.
///
/// ```
/// use agentscope_collector::ingest::Sender;
/// let sender = Sender::Authenticated("acme".parse()?);
/// # Ok::<(), agentscope_collector::store::StoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Somebody who has proved to belong to a tenant. A record that names another one is refused.
    Authenticated(Tenant),
    /// Somebody on this machine, where nobody has to prove anything: all records are of this one
    /// tenant, whatever they say.
    Local(Tenant),
    /// This program itself: a record is of the tenant that it names, else of the default one.
    Application,
}

impl Sender {
    /// Where a record is booked that says nothing of its tenant.
    pub(super) fn tenant(&self) -> Tenant {
        match self {
            Self::Authenticated(tenant) | Self::Local(tenant) => tenant.clone(),
            Self::Application => Tenant::default(),
        }
    }

    /// Whose a record is that says itself whose it is.
    pub(super) fn tenant_of(&self, said: Option<&str>) -> Result<Tenant, Reason> {
        match (self, said) {
            (Self::Authenticated(tenant), Some(said)) if tenant.as_str() != said => {
                Err(Reason::CrossTenant)
            }
            (Self::Application, Some(said)) => said.parse().map_err(|_| Reason::TenantName),
            _ => Ok(self.tenant()),
        }
    }
}

/// What became of a message, for its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All of it is stored, or need not be.
    Accepted,
    /// Some of it was refused, and will be again.
    Partial {
        /// Records.
        rejected: u64,
        /// Why, with numbers.
        reason: String,
    },
    /// Nothing of it counts as taken: send it again after this time.
    Later {
        /// How long to wait.
        after: Duration,
        /// Why.
        reason: String,
    },
}
