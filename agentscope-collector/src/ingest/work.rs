//! Puts a message through all of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use super::answer::{Answer, Sender};
use super::assembly::{Assembly, Sign};
use super::conceal::{self, Concealed};
use super::intake::{Intake, Outcome};
use super::ledger::{Counts, Ledger, Reason, Signal};
use super::limits::{Content, Limits};
use super::record::{Draft, Record};
use super::share;
use super::tap::Tap;
use super::traces::Traces;
use super::upkeep::Books;
use crate::seldom::Seldom;
use crate::store::{Account, Batch, Binding, Recorded, SessionId, Store, StoreError, Tenant};
use crate::time;

/// Tells the time, in nanoseconds since the Unix epoch.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The one place where records come in; see [the module](super).
///
/// Its calls block as those of the [`Store`] do, and may be made from several threads at once.
/// Somebody must call [`tick`](Self::tick) once a second, and at the end.
pub struct Ingest {
    pub(super) store: Arc<dyn Store>,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
    pub(super) run: String,
    state: Mutex<State>,
    pub(super) ledger: Ledger,
    pub(super) messages: Mutex<BTreeMap<&'static str, u64>>,
    pub(super) in_flight: AtomicUsize,
    cut: AtomicU64,
    /// When the store failed last; 0 where it has worked since.
    pub(super) failed: AtomicU64,
    pub(super) failures: Seldom,
    /// The accounts as the store has them.
    pub(super) books: Mutex<Books>,
    pub(super) tap: Option<Arc<dyn Tap>>,
}

pub(super) struct State {
    pub(super) traces: Traces,
    pub(super) assembly: Assembly,
}

/// A record that is kept, until it is known to be stored.
struct Kept {
    session: SessionId,
    trace: u128,
    is_provisional: bool,
    sign: Sign,
}

impl Ingest {
    /// Takes up the sessions that were running when a process ended before.
    ///
    /// # Errors
    ///
    /// Where the store cannot be read.
    pub fn new(store: Arc<dyn Store>, limits: Limits) -> Result<Self, StoreError> {
        Self::with_clock(store, limits, Arc::new(time::now))
    }

    /// Likewise, with another clock than the machine's.
    ///
    /// # Errors
    ///
    /// See [`Ingest::new`].
    pub fn with_clock(
        store: Arc<dyn Store>,
        limits: Limits,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let now = clock();
        let mut state = State {
            traces: Traces::new(limits.traces),
            assembly: Assembly::new(&limits),
        };
        for tenant in store.tenants()? {
            let running = match store.running(&tenant) {
                Ok(running) => running,
                // What comes from now on is no worse for what cannot be read of before.
                Err(error) => {
                    tracing::warn!(
                        target: "agentscope",
                        "the running sessions of tenant {tenant} are not resumed, and end only if more comes of them: {error}"
                    );
                    continue;
                }
            };
            for session in running {
                let is_provisional = session.id.as_str().starts_with(SessionId::OF_TRACE);
                for trace in session.traces {
                    match is_provisional {
                        true => state.traces.stored_provisionally(&tenant, trace),
                        false => state.traces.learn(&tenant, trace, &session.id),
                    }
                }
                let key = (tenant.clone(), session.id);
                let (root_ended, records) = (session.root_ended, session.records);
                let assembly = &mut state.assembly;
                assembly.resume(&key, root_ended, records, now, &limits);
            }
        }
        Ok(Self {
            run: format!("{now:x}-{:x}", std::process::id()),
            store,
            limits,
            clock,
            state: Mutex::new(state),
            ledger: Ledger::default(),
            messages: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            cut: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            failures: Seldom::default(),
            books: Mutex::default(),
            tap: None,
        })
    }

    /// The same, with somebody who gets what was stored.
    #[cfg(feature = "server")]
    pub(crate) fn with_tap(self, tap: Arc<dyn Tap>) -> Self {
        Self {
            tap: Some(tap),
            ..self
        }
    }

    /// Takes spans in.
    pub fn traces(&self, sender: &Sender, request: ExportTraceServiceRequest) -> Answer {
        let mut intake = Intake::new(self, sender);
        for group in request.resource_spans {
            for scope in group.scope_spans {
                intake.take(&group.resource, scope.scope, scope.spans);
            }
        }
        intake.finish()
    }

    /// Takes log records in.
    pub fn logs(&self, sender: &Sender, request: ExportLogsServiceRequest) -> Answer {
        let mut intake = Intake::new(self, sender);
        for group in request.resource_logs {
            for scope in group.scope_logs {
                intake.take(&group.resource, scope.scope, scope.log_records);
            }
        }
        intake.finish()
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What became of every record so far, by tenant and signal.
    pub fn accounts(&self) -> Vec<Account> {
        self.ledger.accounts(&self.run, (self.clock)())
    }

    /// Sessions that are running.
    pub fn sessions_in_flight(&self) -> usize {
        lock(&self.state).assembly.len()
    }

    /// Sessions that were ended before their time, because there were too many.
    pub fn sessions_ended_early(&self) -> u64 {
        lock(&self.state).assembly.ended_early
    }

    /// Records in which something was cut.
    pub fn records_cut(&self) -> u64 {
        self.cut.load(Relaxed)
    }

    /// Counts records of this program that found no room on their way here.
    pub(crate) fn lost(&self, spans: u64, logs: u64) {
        for (signal, count) in [(Signal::Traces, spans), (Signal::Logs, logs)] {
            let mut counts = Counts {
                received: count,
                ..Counts::default()
            };
            counts.refuse(Reason::QueueFull, count);
            if count > 0 {
                self.ledger.book(&Tenant::default(), signal, 0, &counts);
            }
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Stores what a message holds of one tenant.
    pub(super) fn keep<T: Record>(
        &self,
        tenant: &Tenant,
        mut drafts: Vec<Draft<T>>,
        mut counts: Counts,
    ) -> Outcome {
        let now = (self.clock)();
        if self.limits.content != Content::Recorded {
            drafts
                .iter_mut()
                .for_each(|draft| conceal::session(draft, tenant));
        }
        let (kept, bindings) = self.assign(tenant, drafts, &mut counts, now);
        let mut batch = Batch {
            bindings,
            ..Batch::default()
        };
        let mut kept_signs = Vec::with_capacity(kept.len());
        let mut cut = 0;
        for (kept, mut draft) in kept {
            cut += u64::from(draft.record.bound(&self.limits));
            let mut concealed = Concealed::new(draft.is_ours, self.limits.content);
            draft.record.conceal(&mut concealed);
            let told = concealed.put(
                kept.session.as_str(),
                tenant.as_str(),
                draft.trace,
                draft.span,
            );
            draft.record.attributes().extend(told);
            T::list(&mut batch).push(Recorded {
                session: kept.session.clone(),
                origin: draft.origin,
                record: draft.record,
            });
            kept_signs.push(kept);
        }
        self.cut.fetch_add(cut, Relaxed);
        let count = kept_signs.len() as u64;
        counts.pending = count;
        let refused = counts.refused.clone();
        self.ledger.book(tenant, T::SIGNAL, 0, &counts);
        if count == 0 && batch.bindings.is_empty() {
            return Outcome {
                refused,
                error: None,
            };
        }

        // Settled however the store answers, and if it panics.
        let mut settled = Settled {
            ledger: &self.ledger,
            tenant,
            signal: T::SIGNAL,
            pending: count,
            entry: Counts {
                failed: count,
                ..Counts::default()
            },
        };
        let bindings = batch.bindings.clone();
        let tap = self.tap.as_ref().map(Arc::clone);
        let send = tap.map(|tap| tap.ready(tenant, &batch));
        let written = self.store.write(tenant, batch);
        self.has_written(written.as_ref().err());
        if let Ok(written) = &written {
            if let Some(send) = send {
                send();
            }
            let duplicates = T::duplicates(written).min(count);
            let mut entry = Counts {
                stored: count - duplicates,
                ..Counts::default()
            };
            entry.refuse(Reason::Duplicate, duplicates);
            settled.entry = entry;
        }
        drop(settled);
        let (duplicates, error) = match written {
            Ok(written) => (Some(written.duplicates), None),
            Err(error) => (None, Some(error)),
        };
        self.settle(tenant, &kept_signs, &bindings, now, duplicates);
        Outcome { refused, error }
    }

    /// Finds the session of each record, and leaves out what is not kept.
    fn assign<T: Record>(
        &self,
        tenant: &Tenant,
        drafts: Vec<Draft<T>>,
        counts: &mut Counts,
        now: u64,
    ) -> (Vec<(Kept, Draft<T>)>, Vec<Binding>) {
        let mut state = self.state();
        for draft in &drafts {
            if let (Some(session), true) = (&draft.session, draft.trace != 0) {
                state.traces.learn(tenant, draft.trace, session);
            }
        }
        let mut kept = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let session = match &draft.session {
                Some(session) => session.clone(),
                None => state.traces.session(tenant, draft.trace),
            };
            if !share::is_kept(session.as_str(), self.limits.share) {
                counts.sampled_out += 1;
                continue;
            }
            let key = (tenant.clone(), session);
            if !state.assembly.reserve(&key, now, &self.limits) {
                counts.refuse(Reason::SessionFull, 1);
                continue;
            }
            let is_provisional = key.1.as_str().starts_with(SessionId::OF_TRACE);
            let of = Kept {
                session: key.1,
                trace: draft.trace,
                is_provisional,
                sign: draft.sign,
            };
            kept.push((of, draft));
        }
        let mut bindings = state.traces.take_unbound(tenant);
        bindings.retain(|it| share::is_kept(it.session.as_str(), self.limits.share));
        for binding in &bindings {
            state.assembly.bind(
                tenant,
                binding.trace_id,
                &binding.session,
                now,
                &self.limits,
            );
        }
        (kept, bindings)
    }

    /// Remembers what was stored, and what was not: `None`, or what was there already.
    fn settle(
        &self,
        tenant: &Tenant,
        kept: &[Kept],
        bindings: &[Binding],
        now: u64,
        stored: Option<Vec<(SessionId, u64)>>,
    ) {
        let is_stored = stored.is_some();
        let mut state = self.state();
        let State { traces, assembly } = &mut *state;
        if !is_stored {
            traces.not_told(tenant, bindings);
        }
        for it in kept {
            let key = (tenant.clone(), it.session.clone());
            match is_stored {
                true => assembly.take(&key, it.sign, now, &self.limits),
                false => assembly.release(&key, 1),
            }
            if is_stored && it.is_provisional {
                traces.stored_provisionally(tenant, it.trace);
            }
        }
        for (session, count) in stored.into_iter().flatten() {
            assembly.release(&(tenant.clone(), session), count);
        }
    }
}

impl std::fmt::Debug for Ingest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ingest")
            .field("run", &self.run)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What is booked for records whose storing has come to an end.
struct Settled<'a> {
    ledger: &'a Ledger,
    tenant: &'a Tenant,
    signal: Signal,
    pending: u64,
    entry: Counts,
}

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        self.ledger
            .book(self.tenant, self.signal, self.pending, &self.entry);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing leaves one of these half written.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
