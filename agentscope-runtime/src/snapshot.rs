//! Execution-state snapshots: what an agent knew at one moment, and where they go.

pub(crate) mod level;
pub(crate) mod moment;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider};
use opentelemetry::trace::{SpanId, TraceFlags, TraceId};

use crate::agent::situation::Situation;
use crate::budget::Remaining;
use crate::names;
use crate::outcome::{Outcome, ToolStatus};
use crate::privacy::redacted::Redacted;
use crate::privacy::scrubbing;
use crate::snapshot::level::Level;

/// The state of an agent at one moment: at each tool call and return, at each decision of the
/// model, and at each warning.
///
/// Every text in it has passed the policy for its class already. What is shown of arguments and
/// results (`details`, at DEBUG) may still hold an address or a card number while somebody has taken
/// over to scrub it, see [`scrub_later`](crate::scrub_later): [`emit`] scrubs, a sink that writes a
/// snapshot by itself has to. A [`SnapshotSink`] receives them; see there for an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// What happened: one of the `EVENT_*` constants of [`names`].
    pub event: &'static str,
    /// How much it matters.
    pub level: Level,
    /// When it happened, by the clock of this machine.
    pub time: SystemTime,
    /// Trace of the span that the snapshot belongs to.
    pub trace_id: TraceId,
    /// Span that the snapshot belongs to.
    pub span_id: SpanId,
    /// Whether that trace is sampled.
    pub trace_flags: TraceFlags,
    /// Who runs, and what it knows: shared by all snapshots until it changes.
    pub situation: Arc<Situation>,
    /// Changes with every step, and is made of names that may be shown.
    pub(crate) derived_memory: Option<Arc<str>>,
    /// Number of the latest step in its session span; `None` before the first.
    pub step_index: Option<u32>,
    /// Tool that is called or has returned.
    pub tool_name: Option<Redacted>,
    /// Hash of the tool's declared argument schema, `sha256:` and 64 hex digits.
    pub schema_hash: Option<Redacted>,
    /// Why the call was made.
    pub reason: Option<Redacted>,
    /// Reasoning loops of the agent so far.
    pub iteration_count: u32,
    /// What the agent may still use, by its own budgets and those above; `None` where nothing is
    /// limited.
    pub remaining: Option<Box<Remaining>>,
    /// What is warned of, from `Warn` upwards.
    pub warning: Option<&'static str>,
    /// How the call has ended, once it has.
    pub outcome: Option<Outcome>,
    /// What has come of a tool's call.
    pub tool_status: Option<ToolStatus>,
    /// The model that was asked, where an inference has ended.
    pub model: Option<Redacted>,
    /// Tokens of its prompt, as a part of the model's window.
    pub context_used: Option<f64>,
    /// What else the event says: an error's type, arguments, the application's own note. Mostly
    /// nothing: a list is made on one thread and freed on another, which is slow for both.
    pub details: Vec<(&'static str, AnyValue)>,
}

impl Snapshot {
    /// The agent's working memory: as the code has stated it, else as the runtime has derived it of the
    /// latest steps; `None` outside any agent.
    ///
    /// ```
    /// # extern crate agentscope_runtime as agentscope;
    /// /// For a sink: whether the agent has given something up.
    /// fn has_given_up(snapshot: &agentscope::Snapshot) -> bool {
    ///     snapshot.memory().is_some_and(|memory| memory.contains("given up"))
    /// }
    /// ```
    pub fn memory(&self) -> Option<&str> {
        let stated = self.situation.memory.as_ref().map(Redacted::as_str);
        stated.or(self.derived_memory.as_deref())
    }

    /// The snapshot as OpenTelemetry log attributes, named as in [`names`].
    pub fn attributes(mut self) -> Vec<(&'static str, AnyValue)> {
        let mut attributes = Vec::with_capacity(16);
        self.take_attributes(|key, value| attributes.push((key, value)));
        attributes
    }

    /// Those that are not shared are gone afterwards.
    fn take_attributes(&mut self, mut take: impl FnMut(&'static str, AnyValue)) {
        let take = &mut take;
        let Situation {
            apart: _,
            session_id,
            agent_id,
            agent_name,
            memory,
            memory_source,
            memory_truncated,
            memory_change,
            goal,
            sub_goal,
            belief,
            confidence,
            task,
            tenant,
        } = &*self.situation;
        take(names::SESSION_ID, session_id.clone().into());
        take(names::LEVEL, AnyValue::from(self.level.as_str()));
        take(
            names::ITERATION_COUNT,
            i64::from(self.iteration_count).into(),
        );
        put(take, names::AGENT_ID, agent_id.clone());
        put(take, names::AGENT_NAME, agent_name.clone());
        put(take, names::TOOL_NAME, self.tool_name.take());
        put(take, names::TOOL_SCHEMA_HASH, self.schema_hash.take());
        put(take, names::CALL_REASON, self.reason.take());
        let derived = self.derived_memory.take().map(Redacted::of_code);
        put(take, names::MEMORY, memory.clone().or(derived));
        put(take, names::MEMORY_CHANGE, memory_change.clone());
        put(take, names::GOAL, goal.clone());
        put(take, names::SUB_GOAL, sub_goal.clone());
        put(take, names::BELIEF, belief.clone());
        put(take, names::CONFIDENCE, *confidence);
        put(take, names::TASK_ID, task.clone());
        put(take, names::TENANT_ID, tenant.clone());
        put(take, names::MEMORY_SOURCE, *memory_source);
        put(
            take,
            names::MEMORY_TRUNCATED,
            memory_truncated.then_some(true),
        );
        put(take, names::WARNING, self.warning);
        if let Some(step) = self.step_index {
            take(names::STEP_INDEX, i64::from(step).into());
        }
        if let Some(remaining) = &self.remaining {
            put(take, names::BUDGET_REMAINING, remaining.tokens);
            put(take, names::COST_REMAINING, remaining.cost);
            put(take, names::ITERATION_REMAINING, remaining.iterations);
            let seconds = remaining.time.map(|time| time.as_secs_f64());
            put(take, names::TIME_REMAINING, seconds);
        }
        put(take, names::OUTCOME, self.outcome.map(Outcome::as_str));
        let status = self.tool_status.map(ToolStatus::as_str);
        put(take, names::TOOL_STATUS, status);
        put(take, names::REQUEST_MODEL, self.model.take());
        put(take, names::CONTEXT_USED, self.context_used);
        for (key, value) in self.details.drain(..) {
            take(key, value);
        }
    }
}

fn put(
    take: &mut impl FnMut(&'static str, AnyValue),
    key: &'static str,
    value: Option<impl Into<AnyValue>>,
) {
    if let Some(value) = value {
        take(key, value.into());
    }
}

/// Where snapshots go instead of the application's `tracing` log.
///
/// `record` is called on the thread of the agent: it must not block and must not panic.
/// `agentscope_collector::init()` installs one; an application that has its own OpenTelemetry
/// logger provider hands that over with [`set_logger_provider`].
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use agentscope::{Level, Snapshot, SnapshotSink};
///
/// /// Counts what somebody should look at.
/// #[derive(Default)]
/// struct Alarm(AtomicU64);
///
/// impl SnapshotSink for Alarm {
///     fn record(&self, snapshot: Snapshot) -> bool {
///         if snapshot.level >= Level::SemanticWarn {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///         true
///     }
/// }
///
/// agentscope::set_snapshot_sink(Some(Arc::new(Alarm::default())));
/// # agentscope::set_snapshot_sink(None);
/// ```
pub trait SnapshotSink: Send + Sync {
    /// Takes one snapshot; `false` says that it was dropped, which [`stats`](crate::stats) counts.
    fn record(&self, snapshot: Snapshot) -> bool;
}

static SINK: RwLock<Option<Arc<dyn SnapshotSink>>> = RwLock::new(None);

/// Counts installations.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// The sink as a session found it, or the log where there is none: to ask for it anew at every snapshot
/// makes threads wait for one another's caches. Holds while no other one is installed.
pub(crate) struct KnownSink {
    generation: u64,
    sink: Arc<dyn SnapshotSink>,
}

impl KnownSink {
    pub(crate) fn find() -> Self {
        // In this order: a sink that is installed in between makes this one look old, never new.
        let generation = GENERATION.load(Ordering::Acquire);
        Self {
            generation,
            sink: sink().unwrap_or_else(|| Arc::new(ToTracing)),
        }
    }

    /// The one that was installed since.
    #[inline]
    pub(crate) fn newer(&self) -> Option<Self> {
        let is_old = self.generation != GENERATION.load(Ordering::Acquire);
        is_old.then(Self::find)
    }

    pub(crate) fn sink(&self) -> &dyn SnapshotSink {
        &*self.sink
    }
}

/// What there is where no sink is installed.
struct ToTracing;

impl SnapshotSink for ToTracing {
    fn record(&self, snapshot: Snapshot) -> bool {
        trace(snapshot);
        true
    }
}

/// Sends all later snapshots to `sink`; `None` sends them to the `tracing` log again.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// agentscope::set_snapshot_sink(None);
/// ```
pub fn set_snapshot_sink(sink: Option<Arc<dyn SnapshotSink>>) {
    let mut installed = SINK
        .write()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = std::mem::replace(&mut *installed, sink);
    GENERATION.fetch_add(1, Ordering::Release);
    drop(installed);
    // What its `Drop` does is none of our business, and may take time.
    drop(before);
}

/// Sends all later snapshots as log records to the application's own logger provider, on the
/// thread of the agent.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use opentelemetry_sdk::logs::SdkLoggerProvider;
///
/// let provider = SdkLoggerProvider::builder().build(); // with the application's own exporter
/// agentscope::set_logger_provider(&provider);
/// # agentscope::set_snapshot_sink(None);
/// ```
pub fn set_logger_provider<P>(provider: &P)
where
    P: LoggerProvider,
    P::Logger: Send + Sync + 'static,
{
    set_snapshot_sink(Some(Arc::new(LoggerSink(provider.logger(crate::SCOPE)))));
}

struct LoggerSink<L>(L);

impl<L: Logger + Send + Sync> SnapshotSink for LoggerSink<L> {
    fn record(&self, snapshot: Snapshot) -> bool {
        emit(&self.0, snapshot);
        true
    }
}

/// Emits a snapshot as one log record, with the snapshot's own time and trace context; for a
/// [`SnapshotSink`] that hands snapshots on from a thread of its own. Scrubs what was left to be
/// [scrubbed later](crate::scrub_later).
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{Snapshot, SnapshotSink};
/// use opentelemetry_sdk::logs::SdkLogger;
///
/// struct ToLog(SdkLogger);
///
/// impl SnapshotSink for ToLog {
///     fn record(&self, snapshot: Snapshot) -> bool {
///         agentscope::emit(&self.0, snapshot);
///         true
///     }
/// }
/// ```
pub fn emit<L: Logger>(logger: &L, mut snapshot: Snapshot) {
    scrubbing::scrub_snapshot(&mut snapshot);
    emit_from(logger, &mut snapshot);
}

/// The same of a snapshot that was scrubbed, where it lies: it is large to move, and what many of them
/// share is slow to let go of while others take it. What it says is not in it any longer.
pub fn emit_from<L: Logger>(logger: &L, snapshot: &mut Snapshot) {
    let mut record = logger.create_log_record();
    record.set_event_name(snapshot.event);
    record.set_timestamp(snapshot.time);
    record.set_severity_number(snapshot.level.severity());
    record.set_severity_text(snapshot.level.as_str());
    record.set_trace_context(
        snapshot.trace_id,
        snapshot.span_id,
        Some(snapshot.trace_flags),
    );
    // One behind: the record copies a value in larger pieces than it was made in, and would wait until
    // the processor has written them.
    let mut made = ("", AnyValue::Boolean(false));
    snapshot.take_attributes(|key, value| {
        let (key, value) = std::mem::replace(&mut made, (key, value));
        if !key.is_empty() {
            record.add_attribute(key, value);
        }
    });
    record.add_attribute(made.0, made.1);
    logger.emit(record);
}

/// The sink that is installed.
pub(crate) fn sink() -> Option<Arc<dyn SnapshotSink>> {
    match SINK.read() {
        Ok(sink) => sink.clone(),
        Err(poisoned) => poisoned.into_inner().clone(),
    }
}

/// Never above WARN: with tracing-opentelemetry an ERROR event would turn the application's own
/// outer span to status ERROR. The true level is a field.
fn trace(mut snapshot: Snapshot) {
    macro_rules! event {
        ($level:ident) => {
            if tracing::enabled!(target: "agentscope", tracing::Level::$level) {
                scrubbing::scrub_snapshot(&mut snapshot);
                let event = snapshot.event;
                let fields = Fields(snapshot.attributes());
                // The field is `names::EVENT`: the macro takes no constant.
                tracing::event!(
                    target: "agentscope", tracing::Level::$level, agentscope.event = event, "{fields}"
                );
            }
        };
    }
    match snapshot.level {
        Level::Trace => event!(TRACE),
        Level::Debug => event!(DEBUG),
        Level::Info => event!(INFO),
        Level::Warn | Level::SemanticWarn | Level::Error | Level::Critical => event!(WARN),
    }
}

/// `key=value` pairs: the set of fields differs from event to event, which `tracing`'s macros
/// cannot say.
struct Fields(Vec<(&'static str, AnyValue)>);

impl std::fmt::Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (key, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match value {
                AnyValue::Int(number) => write!(f, "{key}={number}")?,
                AnyValue::Boolean(flag) => write!(f, "{key}={flag}")?,
                AnyValue::Double(number) => write!(f, "{key}={number}")?,
                AnyValue::String(text) => write!(f, "{key}={:?}", text.as_str())?,
                other => write!(f, "{key}={other:?}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Each is copied twice before it is on its way; what is longer is copied in a loop.
    #[test]
    fn a_snapshot_is_small_to_hand_over() {
        assert!(size_of::<Snapshot>() <= 256, "{}", size_of::<Snapshot>());
    }
}
