//! Keep sessions and find them again.
//!
//! [`Store`] is the one interface; [`open`] gives the store that an address names: a directory for
//! the embedded one (SQLite), `clickhouse://host:8123/database` for a cluster. Everything is by
//! [`Tenant`]: no call can see two.

use std::path::Path;
use std::sync::Arc;

mod account;
mod clickhouse;
mod error;
mod query;
mod record;
mod retention;
mod sqlite;
mod tenant;

pub use account::Account;
pub use error::StoreError;
pub use query::{
    Call, CallFilter, ModelUse, Period, RunningSession, SchemaSeen, SessionFilter, SessionState,
    SessionSummary, ToolUse, Triage, Verdict,
};
pub use record::{Batch, Binding, Origin, Recorded, SessionEnd, SessionId, StoredSession, Written};
pub use retention::{Retention, Segment, Tier};
pub use tenant::Tenant;

/// What a process does with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads, as any number of processes may at once, beside the one that writes. It may
    /// [`judge`](Store::judge) too.
    Read,
    /// Writes too. Only one process can.
    Write,
}

/// Opens the store of an address: a directory, which is made where it is to be written, or
/// `clickhouse://user:password@host:8123/database` (`clickhouses://` over TLS).
///
/// # Errors
///
/// [`StoreError::Address`] for an address of no known kind, [`StoreError::Locked`] where another
/// process writes already, [`StoreError::File`] where there is no such directory to read.
///
/// ```
/// use agentscope_collector::store::{self, Access, SessionFilter, Tenant};
/// # let dir = tempfile::tempdir()?;
/// # let address = dir.path().join("store");
/// # let address = address.to_str().expect("a path of this test");
/// let store = store::open(address, Access::Write)?;
/// assert!(store.sessions(&Tenant::default(), &SessionFilter::default())?.is_empty());
/// assert!(store::open("redis://localhost", Access::Read).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open(address: &str, access: Access) -> Result<Arc<dyn Store>, StoreError> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match scheme.filter(|scheme| is_word(scheme)) {
        Some("clickhouse" | "clickhouses") => {
            Ok(Arc::new(clickhouse::ClickHouse::open(address, access)?))
        }
        None if !address.is_empty() => {
            Ok(Arc::new(sqlite::Sqlite::open(Path::new(address), access)?))
        }
        _ => Err(StoreError::Address(shown_address(address))),
    }
}

/// The address of a store as people may see it: without its user, its password and its parameters.
/// That of a directory is shown as it is.
///
/// ```
/// use agentscope_collector::store::shown_address;
/// assert_eq!(shown_address("clickhouse://bob:hunter2@db:8123/agents"), "clickhouse://..@db:8123/agents");
/// assert_eq!(shown_address("sessions"), "sessions");
/// ```
pub fn shown_address(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    // The last one, for a password may hold any sign.
    let (user, host) = match rest.rsplit_once('@') {
        Some((_, host)) => ("..@", host),
        None => ("", rest),
    };
    let host = host.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{user}{host}")
}

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

    /// The sessions that were neither ended nor given up: what a collector takes up again when it
    /// starts. Of one with a part that cannot be read, which is reported, nothing but its id is known.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError>;

    /// Keeps the counters of a run of a collector, in place of what it put before.
    ///
    /// # Errors
    ///
    /// Where the database cannot be written.
    fn put_account(&self, account: &Account) -> Result<(), StoreError>;

    /// The counters of every run, the latest first.
    ///
    /// # Errors
    ///
    /// Where the database cannot be read.
    fn accounts(&self, tenant: &Tenant) -> Result<Vec<Account>, StoreError>;

    /// Drops what is older than it is to be kept, of all tenants. Now is given in nanoseconds since
    /// the Unix epoch; `progress` is told of each segment that is gone. What was said of whole
    /// sessions stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Skipped`] with each part that could not be dropped, such as one that a later
    /// version has written; all others are. Else where the database cannot be written.
    fn prune(
        &self,
        retention: &Retention,
        now: u64,
        progress: &mut dyn FnMut(&Segment),
    ) -> Result<(), StoreError>;

    /// What a tenant's records take, the latest day first.
    ///
    /// # Errors
    ///
    /// Where it cannot be found out.
    fn segments(&self, tenant: &Tenant) -> Result<Vec<Segment>, StoreError>;
}
