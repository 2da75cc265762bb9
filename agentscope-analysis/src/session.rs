//! The session model: what an agent did, as a tree in the order it happened.

use agentscope_runtime::{Level, Outcome, names};
use serde::{Serialize, Serializer};

use crate::record::{LogRecord, SpanRecord, Status};
use crate::{link, tree};

/// What a node of the session tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// How a span ended: what it says itself, else its status.
fn outcome_of(span: &SpanRecord) -> Option<Outcome> {
    let all = [
        Outcome::Ok,
        Outcome::Error,
        Outcome::Cancelled,
        Outcome::Panicked,
    ];
    let said = span.text(names::OUTCOME);
    let known = all
        .into_iter()
        .find(|outcome| said == Some(outcome.as_str()));
    known.or(match span.status {
        Status::Unset => None,
        Status::Ok => Some(Outcome::Ok),
        Status::Error(_) => Some(Outcome::Error),
    })
}

/// The state of an agent at one moment, as one log record told it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// What happened, for example `agentscope.tool.called`.
    pub event: String,
    /// When, in nanoseconds since the Unix epoch.
    pub time: u64,
    /// How much it matters; `None` where the record has no level that agentscope knows.
    #[serde(serialize_with = "level", skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The run of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// Number of the latest step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_index: Option<i64>,
    /// Working memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// `stated` or `derived`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_source: Option<String>,
    /// The agent's goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// What the agent is after on the way to its goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_goal: Option<String>,
    /// The agent's belief.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub belief: Option<String>,
    /// How certain the agent says it is, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Reasoning loops so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iteration_count: Option<i64>,
    /// Tokens left; negative when overspent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_remaining: Option<i64>,
    /// What is warned of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Text that the application recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Policy that a guardrail has checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Why the check has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// What was given up, and what was used instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<(String, String)>,
    /// JSON Pointer to what does not fit its schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_pointer: Option<String>,
}

impl Snapshot {
    pub(crate) fn of(record: LogRecord) -> Self {
        let text = |key| record.text(key).map(str::to_owned);
        let said = record.text(names::LEVEL).and_then(|word| word.parse().ok());
        Self {
            time: record.time,
            level: said.or_else(|| by_severity(record.severity_number)),
            agent_id: text(names::AGENT_ID),
            step_index: record.int(names::STEP_INDEX),
            memory: text(names::MEMORY),
            memory_source: text(names::MEMORY_SOURCE),
            goal: text(names::GOAL),
            sub_goal: text(names::SUB_GOAL),
            belief: text(names::BELIEF),
            confidence: record.double(names::CONFIDENCE),
            iteration_count: record.int(names::ITERATION_COUNT),
            budget_remaining: record.int(names::BUDGET_REMAINING),
            warning: text(names::WARNING),
            note: text(names::NOTE),
            policy: text(names::EVALUATION_NAME),
            explanation: text(names::EVALUATION_EXPLANATION),
            fallback: text(names::FALLBACK_FROM).zip(text(names::FALLBACK_TO)),
            schema_pointer: text(names::SCHEMA_POINTER),
            event: record.event_name,
        }
    }

    /// Whether somebody should look at it: from `WARN` upwards.
    pub fn is_warning(&self) -> bool {
        self.level.is_some_and(|level| level >= Level::Warn)
    }
}

fn by_severity(number: u8) -> Option<Level> {
    Level::ALL
        .into_iter()
        .find(|level| level.severity_number() == number)
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
    /// Place of the parent in [`Session::nodes`]; `None` for the session itself.
    pub parent: Option<usize>,
    /// Distance from the session.
    pub depth: usize,
    /// How it ended; `None` where the span does not say.
    #[serde(serialize_with = "outcome", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Type of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// Begin, in nanoseconds since the Unix epoch.
    pub start: u64,
    /// Nanoseconds from begin to end.
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
    pub(crate) fn of(span: &SpanRecord) -> Self {
        let text = |key| span.text(key).map(str::to_owned);
        let (layer, name) = match span.text(names::LAYER) {
            Some("session") => (Layer::Session, span.text(names::WORKFLOW_NAME)),
            Some("agent") => (Layer::Agent, span.text(names::AGENT_NAME)),
            Some("tool") => (Layer::Tool, span.text(names::TOOL_NAME)),
            Some("inference") => (Layer::Inference, None),
            Some("delegation") => (Layer::Delegation, span.text(names::DELEGATION_TARGET)),
            _ => (Layer::Other, None),
        };
        let tokens = |own, total| span.int(own).or_else(|| span.int(total));
        Self {
            layer,
            name: name.unwrap_or(&span.name).to_owned(),
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent: None,
            depth: 0,
            outcome: outcome_of(span),
            error_type: text(names::ERROR_TYPE),
            start: span.start,
            duration: span.end.saturating_sub(span.start),
            step_index: span.int(names::STEP_INDEX),
            step_path: text(names::STEP_PATH),
            attempt: span.int(names::DELEGATION_ATTEMPT),
            is_cycle: span.flag(names::DELEGATION_CYCLE),
            fan_out: span.int(names::DELEGATION_FAN_OUT),
            is_linked: span.text(names::DELEGATION_MODE) == Some("link"),
            reason: text(names::CALL_REASON).or_else(|| text(names::DELEGATION_REASON)),
            reason_source: text(names::CALL_REASON_SOURCE),
            input_tokens: tokens(names::USAGE_INPUT_TOKENS, names::TOTAL_INPUT_TOKENS),
            output_tokens: tokens(names::USAGE_OUTPUT_TOKENS, names::TOTAL_OUTPUT_TOKENS),
            input: text(names::INPUT_VALUE),
            output: text(names::OUTPUT_VALUE),
            tool_status: text(names::TOOL_STATUS),
            schema_hash: text(names::TOOL_SCHEMA_HASH),
            agent_id: text(names::AGENT_ID),
            cost_usd: span
                .number(names::COST)
                .or_else(|| span.number(names::TOTAL_COST)),
            budget_limit: span.int(names::BUDGET_LIMIT),
            budget_remaining: span.int(names::BUDGET_REMAINING),
            level: span.text(names::LEVEL).and_then(|word| word.parse().ok()),
            blind: span.flag(names::TOOL_BLIND),
            unclassified: span.texts(names::TOOL_UNCLASSIFIED),
            recovered: span.text(names::FRAME) == Some("recovered"),
            snapshots: Vec::new(),
        }
    }

    /// Whether a person should see it even in a short view: it failed, was cancelled, recovered a
    /// lost frame or recorded a warning.
    pub fn is_notable(&self) -> bool {
        !matches!(self.outcome, None | Some(Outcome::Ok))
            || self.recovered
            || matches!(self.tool_status.as_deref(), Some("empty" | "error"))
            || self.level.is_some_and(|level| level >= Level::Warn)
            || self.snapshots.iter().any(Snapshot::is_warning)
    }
}

/// Sums over a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Runs of agents.
    pub agents: usize,
    /// Tool calls.
    pub tools: usize,
    /// Calls of models.
    pub inferences: usize,
    /// Tasks that were handed to another agent.
    pub delegations: usize,
    /// Spans of others.
    pub others: usize,
    /// Spans that ended in an error or a panic.
    pub failed: usize,
    /// Prompt tokens.
    pub input_tokens: i64,
    /// Completion tokens.
    pub output_tokens: i64,
    /// Nanoseconds from the first begin to the last end.
    pub duration: u64,
    /// `success`, `failure` or `unknown`, where the session span says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Who or what gave the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_source: Option<String>,
    /// The worst that was recorded.
    #[serde(serialize_with = "level", skip_serializing_if = "Option::is_none")]
    pub worst_level: Option<Level>,
}

/// A session as far as its spans have ended.
///
/// Serialises to one flat JSON object: `nodes` in the order of the tree, each with its `depth` and
/// the place of its `parent`, so that a deep session is no deep document.
///
/// ```
/// use agentscope_analysis::{Session, SpanRecord};
/// let span = SpanRecord::new(1, 1, "invoke_workflow w").with("agentscope.layer", "session");
/// let session = Session::new("s-1", vec![span], Vec::new());
/// let json = serde_json::to_value(&session)?;
/// assert_eq!(json["nodes"][0]["layer"], "session");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Session {
    /// Session id.
    pub id: String,
    /// Sums.
    pub totals: Totals,
    /// The tree, parents before children, siblings by their begin. The first is the session.
    pub nodes: Vec<Node>,
}

impl Session {
    /// Puts spans and log records of one session together, in time linear in their number but for
    /// sorting.
    ///
    /// A span whose parent is not among them hangs under the agent it names, else under the
    /// session. A log record belongs to its span, else likewise. The first of two spans with the
    /// same id counts.
    pub fn new(id: impl Into<String>, spans: Vec<SpanRecord>, logs: Vec<LogRecord>) -> Self {
        let (nodes, totals) = link::link(spans, logs);
        Self {
            id: id.into(),
            totals,
            nodes,
        }
    }

    /// The session as text for people, every line ended.
    pub fn tree(&self, options: &tree::TreeOptions) -> String {
        tree::render(self, options)
    }
}

fn outcome<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    outcome.map(Outcome::as_str).serialize(serializer)
}

// `&Option` because serde hands over a reference to the field.
fn level<S: Serializer>(level: &Option<Level>, serializer: S) -> Result<S::Ok, S::Error> {
    level.map(Level::as_str).serialize(serializer)
}

fn trace_id<S: Serializer>(id: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:032x}"))
}

fn span_id<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{id:016x}"))
}
