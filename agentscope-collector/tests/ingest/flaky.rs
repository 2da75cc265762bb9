//! The embedded store in a directory of its own, which fails or takes its time when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use agentscope_collector::store::*;

pub(crate) struct Flaky {
    store: Arc<dyn Store>,
    fail_next: AtomicU32,
    fail_one_in: AtomicU32,
    calls: AtomicU64,
    slow: AtomicU64,
    /// What was running cannot be read.
    forgets: AtomicBool,
    puts: AtomicU64,
    // After the store: it is open until then.
    _directory: tempfile::TempDir,
}

impl Default for Flaky {
    fn default() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let address = directory.path().to_str().expect("UTF-8");
        Self {
            store: open(address, Access::Write).expect("a new store"),
            fail_next: AtomicU32::new(0),
            fail_one_in: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            forgets: AtomicBool::new(false),
            puts: AtomicU64::new(0),
            _directory: directory,
        }
    }
}

impl Flaky {
    pub(crate) fn fail_next(&self, times: u32) {
        self.fail_next.store(times, Relaxed);
    }

    pub(crate) fn fail_one_in(&self, number: u32) {
        self.fail_one_in.store(number, Relaxed);
    }

    /// Each write takes so long.
    pub(crate) fn be_slow(&self, time: Duration) {
        self.slow.store(time.as_millis() as u64, Relaxed);
    }

    pub(crate) fn forget_running(&self) {
        self.forgets.store(true, Relaxed);
    }

    /// Accounts that were put since this was asked before.
    pub(crate) fn puts(&self) -> u64 {
        self.puts.swap(0, Relaxed)
    }

    /// All of all tenants.
    pub(crate) fn spans(&self) -> u64 {
        let tenants = self.tenants().expect("works").into_iter();
        let sessions = tenants.flat_map(|it| {
            self.sessions(&it, &SessionFilter::default())
                .expect("works")
        });
        sessions.map(|session| session.spans).sum()
    }

    fn works(&self) -> Result<(), StoreError> {
        let one_in = u64::from(self.fail_one_in.load(Relaxed));
        let call = self.calls.fetch_add(1, Relaxed);
        let fails = self
            .fail_next
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .is_ok();
        match fails || (one_in > 0 && call.is_multiple_of(one_in)) {
            true => Err(StoreError::Closed),
            false => Ok(()),
        }
    }
}

impl Store for Flaky {
    fn write(&self, tenant: &Tenant, batch: Batch) -> Result<Written, StoreError> {
        std::thread::sleep(Duration::from_millis(self.slow.load(Relaxed)));
        self.works()?;
        self.store.write(tenant, batch)
    }

    fn end(&self, tenant: &Tenant, ends: &[SessionEnd]) -> Result<(), StoreError> {
        self.works()?;
        self.store.end(tenant, ends)
    }

    fn judge(&self, tenant: &Tenant, session: &str, verdict: &Verdict) -> Result<(), StoreError> {
        self.store.judge(tenant, session, verdict)
    }

    fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.store.tenants()
    }

    fn sessions(
        &self,
        tenant: &Tenant,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        self.store.sessions(tenant, filter)
    }

    fn session(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredSession>, StoreError> {
        self.store.session(tenant, id)
    }

    fn calls(&self, tenant: &Tenant, filter: &CallFilter) -> Result<Vec<Call>, StoreError> {
        self.store.calls(tenant, filter)
    }

    fn triage(&self, tenant: &Tenant, period: &Period) -> Result<Triage, StoreError> {
        self.store.triage(tenant, period)
    }

    fn schemas(&self, tenant: &Tenant, period: &Period) -> Result<Vec<SchemaSeen>, StoreError> {
        self.store.schemas(tenant, period)
    }

    fn running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError> {
        match self.forgets.load(Relaxed) {
            true => Err(StoreError::Closed),
            false => self.store.running(tenant),
        }
    }

    fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        self.puts.fetch_add(1, Relaxed);
        self.store.put_account(account)
    }

    fn accounts(&self, tenant: &Tenant) -> Result<Vec<Account>, StoreError> {
        self.store.accounts(tenant)
    }

    fn prune(
        &self,
        retention: &Retention,
        now: u64,
        progress: &mut dyn FnMut(&Segment),
    ) -> Result<(), StoreError> {
        self.store.prune(retention, now, progress)
    }

    fn segments(&self, tenant: &Tenant) -> Result<Vec<Segment>, StoreError> {
        self.store.segments(tenant)
    }
}
