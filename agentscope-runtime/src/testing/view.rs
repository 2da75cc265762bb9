//! Spans and snapshots as plain data.

use std::collections::HashMap;

use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::recorder::{Seen, SeenSpan};
use crate::names;
use crate::outcome::{Outcome, Verdict};
use crate::site::Layer;
use crate::snapshot::Snapshot;
use crate::snapshot::level::Level;

/// One span of a recording. Its place in [`Recorded::spans`](super::Recorded::spans) is its id.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{because, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn search(word: &str) -> usize {
///     word.len()
/// }
///
/// let recorded = record(|| because("the word is rare", || search("whale")));
/// let search = recorded.span("search");
/// assert_eq!(search.step, Some(0));
/// assert_eq!(search.reason.as_deref(), Some("the word is rare"));
/// assert_eq!(search.tool_status.as_deref(), Some("success"));
/// let effect = search.attribute("agentscope.tool.effect");
/// assert_eq!(effect.map(ToString::to_string).as_deref(), Some("write"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanView {
    /// Name of the session, agent or tool; for an inference and for spans of others that of the
    /// span.
    pub name: String,
    /// Name of the span on the wire, for example `execute_tool search`.
    pub span_name: String,
    /// `None` for spans that agentscope did not open.
    pub layer: Option<Layer>,
    /// The span around it, as a place in the list.
    pub parent: Option<usize>,
    /// The session span that it belongs to, itself for one; as a place in the list.
    pub session: Option<usize>,
    /// Whether it had ended when the recording did.
    pub ended: bool,
    /// `None` while it is open, and for spans of others.
    pub outcome: Option<Outcome>,
    /// Number of the step in its session span; for other spans than tool calls, of the latest one.
    pub step: Option<u32>,
    /// What a tool's result was: `success`, `empty` or `error`.
    pub tool_status: Option<String>,
    /// Type of the error; `panic` for a panic.
    pub error_type: Option<String>,
    /// Why the call was made, by class.
    pub reason: Option<String>,
    /// Prompt tokens: of an inference its own, of an agent or a session of all below.
    pub input_tokens: Option<i64>,
    /// Completion tokens, likewise.
    pub output_tokens: Option<i64>,
    /// Tokens that an agent may use.
    pub budget_limit: Option<i64>,
    /// Tokens that an agent has left; negative when overspent.
    pub budget_remaining: Option<i64>,
    /// Whether a session did what it was for.
    pub verdict: Option<Verdict>,
    /// Which rule or who gave the verdict.
    pub verdict_source: Option<String>,
    attributes: Vec<KeyValue>,
}

impl SpanView {
    /// The attribute of this name as it is on the wire; the table of them is [`names`].
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        find(&self.attributes, key)
    }

    fn new(
        SeenSpan { data, ended }: SeenSpan,
        parent: Option<usize>,
        session: Option<usize>,
    ) -> Self {
        let text = |key| text(&data, key);
        let int = |key| match find(&data.attributes, key) {
            Some(Value::I64(number)) => Some(*number),
            _ => None,
        };
        let layer = layer(&data);
        let name = match layer {
            Some(Layer::Session) => text(names::WORKFLOW_NAME),
            Some(Layer::Agent | Layer::Delegation) => text(names::AGENT_NAME),
            Some(Layer::Tool) => text(names::TOOL_NAME),
            Some(Layer::Inference) | None => None,
        };
        Self {
            name: name.unwrap_or_else(|| data.name.to_string()),
            span_name: data.name.to_string(),
            layer,
            parent,
            session,
            ended,
            outcome: text(names::OUTCOME).and_then(|word| outcome(&word)),
            step: int(names::STEP_INDEX).and_then(|step| u32::try_from(step).ok()),
            tool_status: text(names::TOOL_STATUS),
            error_type: text(names::ERROR_TYPE),
            reason: text(names::CALL_REASON).or(text(names::DELEGATION_REASON)),
            input_tokens: int(names::USAGE_INPUT_TOKENS).or(int(names::TOTAL_INPUT_TOKENS)),
            output_tokens: int(names::USAGE_OUTPUT_TOKENS).or(int(names::TOTAL_OUTPUT_TOKENS)),
            budget_limit: int(names::BUDGET_LIMIT),
            budget_remaining: int(names::BUDGET_REMAINING),
            verdict: text(names::SESSION_VERDICT).and_then(|word| verdict(&word)),
            verdict_source: text(names::SESSION_VERDICT_SOURCE),
            attributes: data.attributes,
        }
    }
}

/// One snapshot of a recording: the state of an agent at one moment.
///
/// ```
/// # extern crate agentscope_runtime as agentscope;
/// use agentscope::{agent, testing::record, tool};
///
/// #[tool(default = internal)]
/// fn search(word: &str) -> Vec<u32> {
///     vec![]
/// }
///
/// #[agent(default = internal)]
/// fn librarian(word: &str) {
///     agentscope::memory("nothing found yet");
///     search(word);
/// }
///
/// let recorded = record(|| librarian("whale"));
/// let empty = recorded.snapshots().iter().find(|snapshot| snapshot.warning.is_some());
/// let empty = empty.expect("the empty result is warned of");
/// assert_eq!(empty.warning, Some("empty_response"));
/// assert_eq!(empty.event, agentscope::names::EVENT_TOOL_RETURNED);
/// assert_eq!(empty.memory.as_deref(), Some("nothing found yet"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SnapshotView {
    /// What happened: one of the `EVENT_*` constants of [`names`].
    pub event: &'static str,
    /// How much it matters.
    pub level: Level,
    /// The span that it belongs to, as a place in [`Recorded::spans`](super::Recorded::spans).
    pub span: Option<usize>,
    /// Name of the agent.
    pub agent: Option<String>,
    /// Tool that is called or has returned.
    pub tool: Option<String>,
    /// Number of the latest step.
    pub step: Option<u32>,
    /// Why the call was made, by class.
    pub reason: Option<String>,
    /// Working memory, by class.
    pub memory: Option<String>,
    /// `stated` by the code, or `derived` from the steps.
    pub memory_source: Option<&'static str>,
    /// The agent's goal, by class.
    pub goal: Option<String>,
    /// What the agent is after on the way to its goal, by class.
    pub sub_goal: Option<String>,
    /// The agent's belief, by class.
    pub belief: Option<String>,
    /// How certain the agent says it is, from 0 to 1.
    pub confidence: Option<f64>,
    /// Reasoning loops of the agent so far.
    pub iteration: u32,
    /// Tokens the agent has left; negative when overspent.
    pub budget_remaining: Option<i64>,
    /// What is warned of.
    pub warning: Option<&'static str>,
    attributes: Vec<(&'static str, AnyValue)>,
}

impl SnapshotView {
    /// The attribute of this name as it is on the wire; the table of them is [`names`].
    pub fn attribute(&self, key: &str) -> Option<&AnyValue> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    fn new(snapshot: Snapshot, span: Option<usize>) -> Self {
        let text =
            |value: &Option<crate::Redacted>| value.as_ref().map(|value| value.as_str().to_owned());
        let situation = &snapshot.situation;
        Self {
            event: snapshot.event,
            level: snapshot.level,
            span,
            agent: text(&situation.agent_name),
            tool: text(&snapshot.tool_name),
            step: snapshot.step_index,
            reason: text(&snapshot.reason),
            memory: snapshot.memory().map(str::to_owned),
            memory_source: situation.memory_source,
            goal: text(&situation.goal),
            sub_goal: text(&situation.sub_goal),
            belief: text(&situation.belief),
            confidence: situation.confidence,
            iteration: snapshot.iteration_count,
            budget_remaining: snapshot.remaining.as_ref().and_then(|it| it.tokens),
            warning: snapshot.warning,
            attributes: snapshot.attributes(),
        }
    }
}

/// Turns what was seen into plain data: ids become places in the list.
pub(super) fn views(seen: Seen) -> (Vec<SpanView>, Vec<SnapshotView>) {
    let by_id = seen.by_id;
    let mut first_session: HashMap<TraceId, usize> = HashMap::new();
    let mut spans: Vec<SpanView> = Vec::with_capacity(seen.spans.len());
    // A parent starts before its children, so it is in `spans` already.
    for (index, span) in seen.spans.into_iter().enumerate() {
        let trace = span.data.span_context.trace_id();
        let is_session = layer(&span.data) == Some(Layer::Session);
        // A parent from another provider is not seen: the trace's session stands in for it.
        let seen_parent = by_id.get(&span.data.parent_span_id).copied();
        let parent = match span.data.parent_span_id {
            SpanId::INVALID => None,
            _ if is_session => seen_parent,
            _ => seen_parent.or(first_session.get(&trace).copied()),
        };
        let session = if is_session {
            first_session.entry(trace).or_insert(index);
            Some(index)
        } else {
            parent.and_then(|parent| spans.get(parent)?.session)
        };
        spans.push(SpanView::new(span, parent, session));
    }
    let snapshots = seen.snapshots.into_iter().map(|snapshot| {
        let span = by_id.get(&snapshot.span_id).copied();
        SnapshotView::new(snapshot, span)
    });
    (spans, snapshots.collect())
}

/// The latest value wins, as it does on the wire.
fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes
        .iter()
        .rev()
        .find(|found| found.key.as_str() == key);
    found.map(|found| &found.value)
}

pub(super) fn text(span: &SpanData, key: &str) -> Option<String> {
    find(&span.attributes, key).map(|value| value.as_str().into_owned())
}

pub(super) fn layer(span: &SpanData) -> Option<Layer> {
    let word = text(span, names::LAYER)?;
    [
        Layer::Session,
        Layer::Agent,
        Layer::Tool,
        Layer::Inference,
        Layer::Delegation,
    ]
    .into_iter()
    .find(|layer| layer.as_str() == word)
}

fn outcome(word: &str) -> Option<Outcome> {
    Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.as_str() == word)
}

fn verdict(word: &str) -> Option<Verdict> {
    [Verdict::Success, Verdict::Failure, Verdict::Unknown]
        .into_iter()
        .find(|verdict| verdict.as_str() == word)
}
