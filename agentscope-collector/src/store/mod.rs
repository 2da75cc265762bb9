//! Keep sessions and find them again.
//!
//! [`Store`] is the one interface; [`open`] gives the store that an address names: a directory for
//! the embedded one (SQLite), `clickhouse://host:8123/database` for a cluster. Everything is by
//! [`Tenant`]: no call can see two.

mod error;
mod query;
mod record;
mod tenant;

pub use error::StoreError;
pub use query::{
    Call, CallFilter, ModelUse, Period, SchemaSeen, SessionFilter, SessionState, SessionSummary,
    ToolUse, Triage, Verdict,
};
pub use record::{Batch, Binding, Origin, Recorded, SessionEnd, SessionId, StoredSession, Written};
pub use tenant::Tenant;

/// Where sessions are kept.
///
/// Every call blocks: an async caller puts it on a thread for blocking work. All calls may be made
/// from several threads at once.
///
/// What is asked for in a period is found by when a session *began*; times are nanoseconds since the
/// Unix epoch throughout.
pub trait Store: Send + Sync {
    /// Keeps a batch. When this returns, everything that it counts as stored survives the end of the
    /// process (not a loss of power within the last moments). A record that is there already is not
    /// kept twice: sending a batch again after an error is safe.
    ///
    /// # Errors
    ///
    /// Nothing of the batch is acknowledged then, though a part may be there.
    fn write(&self, tenant: &Tenant, batch: Batch) -> Result<Written, StoreError>;

    /// Marks sessions as ended. A record that comes for one later is kept and counted as late.
    ///
    /// # Errors
    ///
    /// Where the database cannot be written.
    fn end(&self, tenant: &Tenant, ends: &[SessionEnd]) -> Result<(), StoreError>;

    /// Says how a session went; the latest word counts, and stands above what the session's own
    /// span says.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSession`], or where the database cannot be written.
    fn judge(&self, tenant: &Tenant, session: &str, verdict: &Verdict) -> Result<(), StoreError>;

    /// The tenants that have anything, in order.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// Sessions, the latest begun first.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn sessions(
        &self,
        tenant: &Tenant,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionSummary>, StoreError>;

    /// Everything that is kept of a session; `None` where nothing is known of it.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read, or a record in it is damaged.
    fn session(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredSession>, StoreError>;

    /// Tool calls and delegations, the latest first: "tool X at step 3".
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn calls(&self, tenant: &Tenant, filter: &CallFilter) -> Result<Vec<Call>, StoreError>;

    /// Counts over all sessions that began in a period.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn triage(&self, tenant: &Tenant, period: &Period) -> Result<Triage, StoreError>;

    /// Every schema hash that every tool was called with, by tool and first sight.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn schemas(&self, tenant: &Tenant, period: &Period) -> Result<Vec<SchemaSeen>, StoreError>;
}
