//! A store in memory, which can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use agentscope_collector::store::*;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;

#[derive(Default)]
struct Held {
    spans: BTreeMap<(Vec<u8>, Vec<u8>), Recorded<Span>>,
    logs: Vec<Recorded<LogRecord>>,
    ended: BTreeMap<SessionId, bool>,
}

#[derive(Default)]
pub(crate) struct Memory {
    tenants: Mutex<BTreeMap<Tenant, Held>>,
    accounts: Mutex<BTreeMap<(String, String), Account>>,
    fail_next: AtomicU32,
    fail_one_in: AtomicU32,
    writes: AtomicU64,
    slow: AtomicU64,
}

impl Memory {
    pub(crate) fn fail_next(&self, times: u32) {
        self.fail_next.store(times, Relaxed);
    }

    pub(crate) fn fail_one_in(&self, number: u32) {
        self.fail_one_in.store(number, Relaxed);
    }

    /// Each write takes so long.
    pub(crate) fn be_slow(&self, time: std::time::Duration) {
        self.slow.store(time.as_millis() as u64, Relaxed);
    }

    pub(crate) fn spans(&self) -> u64 {
        self.held()
            .values()
            .map(|held| held.spans.len() as u64)
            .sum()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Tenant, Held>> {
        self.tenants.lock().expect("not poisoned")
    }

    fn works(&self) -> Result<(), StoreError> {
        let one_in = u64::from(self.fail_one_in.load(Relaxed));
        let write = self.writes.fetch_add(1, Relaxed);
        let fails = self
            .fail_next
            .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
            .is_ok();
        match fails || (one_in > 0 && write.is_multiple_of(one_in)) {
            true => Err(StoreError::Closed),
            false => Ok(()),
        }
    }
}

impl Store for Memory {
    fn write(&self, tenant: &Tenant, batch: Batch) -> Result<Written, StoreError> {
        std::thread::sleep(std::time::Duration::from_millis(self.slow.load(Relaxed)));
        self.works()?;
        let mut tenants = self.held();
        let held = tenants.entry(tenant.clone()).or_default();
        let mut written = Written::default();
        for span in batch.spans {
            let key = (span.record.trace_id.clone(), span.record.span_id.clone());
            match held.spans.contains_key(&key) {
                true => written.duplicate_spans += 1,
                false => {
                    written.spans += 1;
                    held.spans.insert(key, span);
                }
            }
        }
        written.logs = batch.logs.len() as u64;
        held.logs.extend(batch.logs);
        for binding in batch.bindings {
            let of_trace = SessionId::of_trace(binding.trace_id);
            let spans = held.spans.values_mut().map(|span| &mut span.session);
            let logs = held.logs.iter_mut().map(|log| &mut log.session);
            for session in spans.chain(logs).filter(|it| **it == of_trace) {
                *session = binding.session.clone();
            }
        }
        Ok(written)
    }

    fn end(&self, tenant: &Tenant, ends: &[SessionEnd]) -> Result<(), StoreError> {
        self.works()?;
        let mut tenants = self.held();
        let held = tenants.entry(tenant.clone()).or_default();
        held.ended
            .extend(ends.iter().map(|end| (end.session.clone(), end.abandoned)));
        Ok(())
    }

    fn judge(&self, _: &Tenant, _: &str, _: &Verdict) -> Result<(), StoreError> {
        Ok(())
    }

    fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        Ok(self.held().keys().cloned().collect())
    }

    fn sessions(
        &self,
        tenant: &Tenant,
        _: &SessionFilter,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        let ids: BTreeSet<SessionId> = {
            let tenants = self.held();
            let held = tenants.get(tenant);
            held.into_iter()
                .flat_map(|held| held.spans.values().map(|span| span.session.clone()))
                .collect()
        };
        let session = |id: SessionId| self.session(tenant, id.as_str());
        let sessions = ids.into_iter().filter_map(|id| session(id).transpose());
        sessions
            .map(|session| session.map(|it| it.summary))
            .collect()
    }

    fn session(&self, tenant: &Tenant, id: &str) -> Result<Option<StoredSession>, StoreError> {
        let tenants = self.held();
        let Some(held) = tenants.get(tenant) else {
            return Ok(None);
        };
        let spans: Vec<_> = held
            .spans
            .values()
            .filter(|it| it.session.as_str() == id)
            .cloned()
            .collect();
        let logs: Vec<_> = held
            .logs
            .iter()
            .filter(|it| it.session.as_str() == id)
            .cloned()
            .collect();
        if spans.is_empty() && logs.is_empty() {
            return Ok(None);
        }
        let state = match held.ended.get(&SessionId::named(id)) {
            None => SessionState::Running,
            Some(false) => SessionState::Ended,
            Some(true) => SessionState::Abandoned,
        };
        let summary = SessionSummary {
            id: id.to_owned(),
            begin: 0,
            end: 0,
            state,
            verdict: None,
            level: None,
            name: None,
            services: Vec::new(),
            spans: spans.len() as u64,
            logs: logs.len() as u64,
            agents: 0,
            tools: 0,
            inferences: 0,
            delegations: 0,
            errors: 0,
            input_tokens: 0,
            output_tokens: 0,
            cost_microusd: None,
            late: 0,
        };
        Ok(Some(StoredSession {
            summary,
            spans,
            logs,
        }))
    }

    fn calls(&self, _: &Tenant, _: &CallFilter) -> Result<Vec<Call>, StoreError> {
        Ok(Vec::new())
    }

    fn triage(&self, _: &Tenant, _: &Period) -> Result<Triage, StoreError> {
        Ok(Triage::default())
    }

    fn schemas(&self, _: &Tenant, _: &Period) -> Result<Vec<SchemaSeen>, StoreError> {
        Ok(Vec::new())
    }

    fn running(&self, tenant: &Tenant) -> Result<Vec<RunningSession>, StoreError> {
        let tenants = self.held();
        let Some(held) = tenants.get(tenant) else {
            return Ok(Vec::new());
        };
        let mut running: BTreeMap<SessionId, RunningSession> = BTreeMap::new();
        for span in held
            .spans
            .values()
            .filter(|span| !held.ended.contains_key(&span.session))
        {
            let id = span.session.clone();
            let new = RunningSession {
                id: id.clone(),
                last: 0,
                traces: Vec::new(),
                root_ended: true,
            };
            let trace = span
                .record
                .trace_id
                .as_slice()
                .try_into()
                .expect("16 bytes");
            running
                .entry(id)
                .or_insert(new)
                .traces
                .push(u128::from_be_bytes(trace));
        }
        Ok(running.into_values().collect())
    }

    fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let key = (account.run.clone(), account.signal.clone());
        self.accounts
            .lock()
            .expect("not poisoned")
            .insert(key, account.clone());
        Ok(())
    }

    fn accounts(&self, _: &Tenant) -> Result<Vec<Account>, StoreError> {
        Ok(self
            .accounts
            .lock()
            .expect("not poisoned")
            .values()
            .cloned()
            .collect())
    }

    fn prune(&self, _: &Retention, _: u64, _: &mut dyn FnMut(&Segment)) -> Result<(), StoreError> {
        Ok(())
    }

    fn segments(&self, _: &Tenant) -> Result<Vec<Segment>, StoreError> {
        Ok(Vec::new())
    }
}
