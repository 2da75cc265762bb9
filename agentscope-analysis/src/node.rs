//! One span of a session, in the terms of agents.

use std::sync::Arc;

use agentscope_runtime::{Level, Outcome, names};
use serde::{Serialize, Serializer};

use crate::facts::Facts;
use crate::record::{SpanRecord, Status};
use crate::snapshot::{Snapshot, level};

/// What a node of the session tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// One user interaction or job.
    Session,
    /// A run of an agent.
    Agent,
    /// A tool call.
    Tool,
    /// A call of a model.
    Inference,
    /// A task that was handed to another agent.
    Delegation,
    /// A span of somebody else that lies between ours, for example one of `tracing`.
    Other,
}

impl Layer {
    /// The word of `agentscope.layer`, and `other`, which is not on the wire; as in JSON.
    ///
    /// ```
    /// assert_eq!(agentscope_analysis::Layer::Inference.as_str(), "inference");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Agent => "agent",
            Self::Tool => "tool",
            Self::Inference => "inference",
            Self::Delegation => "delegation",
            Self::Other => "other",
        }
    }
}

/// One span of the session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Node {
    /// What it is.
    pub layer: Layer,
    /// Name of the agent, tool or workflow; else the name of the span.
    pub name: String,
    /// Trace; 0 for a session whose own span is not there.
    #[serde(serialize_with = "trace_id")]
    pub trace_id: u128,
    /// Span; 0 for a session whose own span is not there.
    #[serde(serialize_with = "span_id")]
    pub span_id: u64,
    /// Place of the parent in [`Session::nodes`](crate::Session::nodes); `None` for the session itself.
    pub parent: Option<usize>,
    /// Distance from the session.
    pub depth: usize,
    /// How it ended; `None` where the span does not say.
    #[serde(serialize_with = "outcome", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Type of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// Whether somebody else emitted it, so that its values are as they wrote them.
    #[serde(skip_serializing_if = "is_false")]
    pub foreign: bool,
    /// Whether it has not ended: it is known from snapshots, or because others are inside it.
    #[serde(skip_serializing_if = "is_false")]
    pub open: bool,
    /// `service.name` of the process that it is from, where that is known.
    #[serde(serialize_with = "service", skip_serializing_if = "Option::is_none")]
    pub service: Option<Arc<str>>,
    /// What the session is judged as: `success`, `failure` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Who or what judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_source: Option<String>,
    /// Begin, in nanoseconds since the Unix epoch; of an open one the first sign of it.
    pub start: u64,
    /// Nanoseconds from begin to end; of an open one to the latest that is known of the session.
    pub duration: u64,
    /// Number of the (latest) step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_index: Option<i64>,
    /// Where the step, or the work of an agent, stands in the session across processes: `4/2/0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_path: Option<String>,
    /// Which delivery of its task an agent works on; 2 for the first redelivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<i64>,
    /// Whether a task has come back to an agent that it came through.
    pub is_cycle: bool,
    /// Delegations that were open side by side, this one included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fan_out: Option<i64>,
    /// Whether the sub-agent works in a trace of its own.
    pub is_linked: bool,
    /// Why the call was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `stated`, `model` or `missing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_source: Option<String>,
    /// Prompt tokens: of the call for an inference, of all inferences below for the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<i64>,
    /// Completion tokens, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<i64>,
    /// What the call was made with, as JSON, each value as its class allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What the call gave, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// `success`, `empty` or `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_status: Option<String>,
    /// Hash of the declared arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_hash: Option<String>,
    /// The run of the agent that the span belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// US dollars: of an inference its own, of an agent or a session of all below; `None` where no
    /// price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens the agent may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_limit: Option<i64>,
    /// Tokens the agent had left at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_remaining: Option<i64>,
    /// Worst level that the span says was recorded on it.
    #[serde(serialize_with = "level", skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Whether nothing of the call is shown because nobody has said what its values are.
    pub blind: bool,
    /// These values: names of arguments, and `output`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unclassified: Vec<String>,
    /// Whether foreign code had dropped the agent frame.
    pub recovered: bool,
    /// What was recorded on it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<Snapshot>,
}

impl Node {
    pub(crate) fn of(span: &SpanRecord, facts: &Facts<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let name = match facts.layer {
            // Its operation tells more than its model alone.
            Layer::Inference => None,
            _ => facts.name,
        };
        // Only these layers have what is asked of it, and each question costs.
        let agents = Some(span)
            .filter(|_| !matches!(facts.layer, Layer::Tool | Layer::Inference | Layer::Other));
        Self {
            layer: facts.layer,
            name: name.unwrap_or(&span.name).to_owned(),
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent: None,
            depth: 0,
            outcome: facts
                .outcome
                .or((span.status == Status::Ok).then_some(Outcome::Ok)),
            error_type: owned(facts.error_type.or_else(|| thrown(span))),
            foreign: !facts.is_ours,
            open: false,
            service: span.service.clone(),
            verdict: owned(facts.verdict),
            verdict_source: owned(facts.verdict_source),
            start: span.start,
            duration: span.end.saturating_sub(span.start),
            step_index: facts.step_index,
            step_path: owned(facts.step_path),
            attempt: agents.and_then(|span| span.int(names::DELEGATION_ATTEMPT)),
            is_cycle: agents.is_some_and(|span| span.flag(names::DELEGATION_CYCLE)),
            fan_out: agents.and_then(|span| span.int(names::DELEGATION_FAN_OUT)),
            is_linked: agents.is_some_and(|span| span.text(names::DELEGATION_MODE) == Some("link")),
            reason: owned(facts.reason),
            reason_source: owned(facts.reason_source),
            input_tokens: facts.input_tokens.or(facts.total_input_tokens),
            output_tokens: facts.output_tokens.or(facts.total_output_tokens),
            input: owned(facts.input),
            output: owned(facts.output),
            tool_status: owned(facts.tool_status),
            schema_hash: owned(facts.schema_hash),
            agent_id: owned(facts.agent_id),
            cost_usd: facts.cost_usd.or(facts.total_cost_usd),
            budget_limit: agents.and_then(|span| span.int(names::BUDGET_LIMIT)),
            budget_remaining: facts.budget_remaining,
            level: facts.level,
            blind: facts.blind.unwrap_or(false),
            unclassified: span.texts(names::TOOL_UNCLASSIFIED),
            recovered: span.text(names::FRAME) == Some("recovered"),
            snapshots: Vec::new(),
        }
    }

    /// Whether a person should see it even in a short view: it failed, was cancelled, has not ended,
    /// recovered a lost frame or recorded a warning.
    pub fn is_notable(&self) -> bool {
        !matches!(self.outcome, None | Some(Outcome::Ok))
            || self.open
            || self.recovered
            || matches!(self.tool_status.as_deref(), Some("empty" | "error"))
            || self.level.is_some_and(|level| level >= Level::Warn)
            || self.snapshots.iter().any(Snapshot::is_warning)
    }
}

/// The type of the exception that many emitters record as an event of a span that failed.
fn thrown(span: &SpanRecord) -> Option<&str> {
    let is_error = matches!(span.status, Status::Error(_));
    let mut events = span.events.iter().rev().filter(|_| is_error);
    let thrown = events.find(|event| event.name == "exception")?;
    thrown.attributes.get("exception.type")?.as_str()
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn outcome<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    outcome.map(Outcome::as_str).serialize(serializer)
}

fn trace_id<S: Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:032x}"))
}

fn span_id<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:016x}"))
}

fn service<S: Serializer>(name: &Option<Arc<str>>, serializer: S) -> Result<S::Ok, S::Error> {
    name.as_deref().serialize(serializer)
}

// By reference because serde hands one over.
fn is_false(flag: &bool) -> bool {
    !flag
}
