//! Takes a snapshot of the state of a session and its agent.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use crate::frame::Frame;
use crate::ledger::News;
use crate::limits::Kind;
use crate::names;
use crate::outcome::{Outcome, ToolStatus};
use crate::privacy::redacted::{Recordable, Redacted, attribute};
use crate::session::session_state::{RULE_BUDGET, RULE_COST, RULE_ITERATIONS, RULE_TIME};
use crate::snapshot::Snapshot;
use crate::snapshot::level::{self, Level};
use crate::stats;

/// Where and when a snapshot is taken.
pub(crate) struct Moment<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) span: SpanIds,
    pub(crate) time: SystemTime,
    /// The call's own step; else the latest one of the session.
    pub(crate) step: Option<u32>,
}

/// Which span: its context is more, and large to move.
#[derive(Clone, Copy)]
pub(crate) struct SpanIds {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    flags: TraceFlags,
}

impl From<&SpanContext> for SpanIds {
    fn from(span: &SpanContext) -> Self {
        Self {
            trace_id: span.trace_id(),
            span_id: span.span_id(),
            flags: span.trace_flags(),
        }
    }
}

/// What happened.
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// Whether it is the begin or the end of a step.
    pub(crate) is_of_step: bool,
    pub(crate) level: Level,
    pub(crate) warning: Option<&'static str>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) tool_status: Option<ToolStatus>,
    pub(crate) model: Option<Redacted>,
    pub(crate) context_used: Option<f64>,
    pub(crate) details: Vec<(&'static str, AnyValue)>,
}

/// The tool call that an event is about.
#[derive(Default)]
pub(crate) struct ToolCall<'a> {
    pub(crate) name: Option<&'a Redacted>,
    pub(crate) schema_hash: Option<Redacted>,
    pub(crate) reason: Option<&'a Redacted>,
}

impl Event {
    /// Always inlined, so that the compiler tells from the name whether it is of a step.
    #[inline(always)]
    pub(crate) fn new(name: &'static str, level: Level) -> Self {
        Self {
            name,
            is_of_step: matches!(
                name,
                names::EVENT_TOOL_CALLED
                    | names::EVENT_TOOL_RETURNED
                    | names::EVENT_DELEGATION_CALLED
                    | names::EVENT_DELEGATION_RETURNED
            ),
            level,
            warning: None,
            outcome: None,
            tool_status: None,
            model: None,
            context_used: None,
            details: Vec::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn warning(name: &'static str, level: Level, warning: &'static str) -> Self {
        Self {
            warning: Some(warning),
            ..Self::new(name, level)
        }
    }

    pub(crate) fn with(
        mut self,
        key: &'static str,
        value: impl Recordable + Into<AnyValue>,
    ) -> Self {
        self.details.push((key, value.into()));
        self
    }
}

impl Moment<'_> {
    /// Warnings are recorded of every session; what is below, of sampled ones.
    pub(crate) fn is_recorded(&self, level: Level) -> bool {
        level >= level::level() && (self.span.flags.is_sampled() || level >= Level::Warn)
    }

    pub(crate) fn record(&self, event: Event, tool: ToolCall<'_>) {
        self.record_here(event, tool);
    }

    /// The same where calls are: what is recorded is large to hand on.
    #[inline(always)]
    pub(crate) fn record_here(&self, mut event: Event, mut tool: ToolCall<'_>) {
        let session = &self.frame.session;
        session.note_level(event.level);
        if event.level >= Level::Warn {
            let mut labels = vec![attribute(names::LEVEL, event.level.as_str())];
            let warning = event.warning;
            labels.extend(warning.map(|warning| attribute(names::WARNING, warning)));
            session.meters.warnings.add(1, &labels);
        }
        if !self.is_recorded(event.level) {
            return;
        }
        let agent = self.frame.agent.as_deref();
        let (situation, derived_memory) = match agent {
            Some(agent) => agent.situation(session, event.is_of_step),
            None => (Arc::new(session.situation()), None),
        };
        let ledger = self.frame.ledger();
        let is_limited = ledger.limits_anything();
        let known = session.sink();
        let newer = known.newer();
        let sink = newer.as_ref().unwrap_or(known).sink();
        // Made where it is handed over: it is large to move.
        let record = || {
            sink.record(Snapshot {
                event: event.name,
                level: event.level,
                time: self.time,
                trace_id: self.span.trace_id,
                span_id: self.span.span_id,
                trace_flags: self.span.flags,
                situation,
                derived_memory,
                step_index: self.step.or_else(|| session.latest_step()),
                tool_name: tool.name.cloned(),
                schema_hash: tool.schema_hash.take(),
                reason: tool.reason.cloned(),
                iteration_count: agent.map_or(0, |agent| agent.ledger.iterations()),
                // Rare, and large to hand over.
                remaining: is_limited.then(|| Box::new(ledger.remaining())),
                warning: event.warning,
                outcome: event.outcome,
                tool_status: event.tool_status,
                model: event.model.take(),
                context_used: event.context_used,
                details: mem::take(&mut event.details),
            })
        };
        // What it does is not ours; the observed function must not see it.
        let is_taken = catch_unwind(AssertUnwindSafe(record));
        stats::count_snapshot(is_taken.unwrap_or(false));
    }

    /// Reports limits that are nearly or all used up since just now; where one is all used up the
    /// session has failed. Gives the worst level of that.
    pub(crate) fn budget(&self, news: &[News]) -> Level {
        let mut worst = Level::Info;
        for news in news {
            let (level, warning) = match (news.exhausted, news.kind) {
                (false, _) => (Level::Warn, "budget_low"),
                (true, Kind::Iterations) => (Level::Error, "iteration_limit"),
                (true, _) => (Level::Error, "budget_exhausted"),
            };
            if news.exhausted {
                self.frame.session.fail(match news.kind {
                    Kind::Tokens => RULE_BUDGET,
                    Kind::Cost => RULE_COST,
                    Kind::Iterations => RULE_ITERATIONS,
                    Kind::Time => RULE_TIME,
                });
            }
            let event = Event::warning(names::EVENT_WARNING, level, warning)
                .with(names::BUDGET_KIND, news.kind.as_str())
                .with(names::BUDGET_OWNER, news.owner);
            self.record(event, ToolCall::default());
            worst = worst.max(level);
        }
        worst
    }
}
