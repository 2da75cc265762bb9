//! What a store can be asked for, and what it answers. The answers are the same whatever database
//! is behind it.

use agentscope_analysis::Layer;
use agentscope_runtime::{Level, Outcome};
use serde::Serialize;

/// From when to when; nanoseconds since the Unix epoch, `until` not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First.
    pub since: u64,
    /// First that no longer counts.
    pub until: u64,
}

impl Default for Period {
    /// Always.
    fn default() -> Self {
        Self {
            since: 0,
            until: u64::MAX,
        }
    }
}

/// Which sessions; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFilter {
    /// Begun in this period.
    pub period: Period,
    /// With a run of this agent.
    pub agent: Option<String>,
    /// With a call of this tool.
    pub tool: Option<String>,
    /// With something recorded of this level or worse.
    pub level: Option<Level>,
    /// With this verdict: `success`, `failure` or `unknown`.
    pub verdict: Option<agentscope_runtime::Verdict>,
    /// In this state.
    pub state: Option<SessionState>,
    /// At most so many; 0 for all.
    pub limit: usize,
}

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Records are still expected.
    Running,
    /// Its root spans have ended and its idle time is over.
    Ended,
    /// Nothing came for long while spans were open.
    Abandoned,
}

/// How a session went, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// `success`, `failure` or `unknown`.
    pub value: String,
    /// Who or what said it.
    pub source: String,
}

/// One line of the list of sessions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionSummary {
    /// Session id.
    pub id: String,
    /// Earliest begin of a span or time of a log record.
    pub begin: u64,
    /// Latest end of a span or time of a log record.
    pub end: u64,
    /// Running, ended or abandoned.
    pub state: SessionState,
    /// How it went; `None` where nobody has said and its own span does not.
    pub verdict: Option<Verdict>,
    /// The worst level that was recorded.
    #[serde(serialize_with = "word_of_level")]
    pub level: Option<Level>,
    /// Names of its workflow or, without one, of its outermost agent.
    pub name: Option<String>,
    /// Services that took part, in order.
    pub services: Vec<String>,
    /// Spans.
    pub spans: u64,
    /// Log records.
    pub logs: u64,
    /// Runs of agents.
    pub agents: u64,
    /// Tool calls.
    pub tools: u64,
    /// Calls of models.
    pub inferences: u64,
    /// Tasks handed to other agents.
    pub delegations: u64,
    /// Spans that ended in an error or a panic.
    pub errors: u64,
    /// Prompt tokens of its inferences.
    pub input_tokens: u64,
    /// Completion tokens of its inferences.
    pub output_tokens: u64,
    /// Millionths of a US dollar; `None` where no price is known.
    pub cost_microusd: Option<u64>,
    /// Records that came after it had ended.
    pub late: u64,
    /// Whether a span without a parent has ended. Of a running session nothing more is expected then,
    /// but what is on its way.
    pub root_ended: bool,
}

/// A session of which records are still expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningSession {
    /// Which.
    pub id: super::SessionId,
    /// Its traces, as far as spans of them were stored.
    pub traces: Vec<u128>,
    /// Whether a span without a parent has ended.
    pub root_ended: bool,
    /// Spans and log records that are stored of it.
    pub records: u64,
}

/// Which tool calls and delegations; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFilter {
    /// Begun in this period: the call itself, not its session.
    pub period: Period,
    /// In this session.
    pub session: Option<String>,
    /// Of this tool, or to this target.
    pub name: Option<String>,
    /// At this step.
    pub step: Option<i64>,
    /// That ended so.
    pub outcome: Option<Outcome>,
    /// With this status: `success`, `empty` or `error`.
    pub status: Option<String>,
    /// With something recorded of this level or worse.
    pub level: Option<Level>,
    /// At most so many; 0 for all.
    pub limit: usize,
}

/// A tool call or delegation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// Session id.
    pub session: String,
    /// Trace id, in hexadecimal digits.
    pub trace_id: String,
    /// Span id, in hexadecimal digits.
    pub span_id: String,
    /// Tool or delegation.
    pub layer: Layer,
    /// Name of the tool, or target.
    pub name: String,
    /// Agent that made the call.
    pub agent: Option<String>,
    /// Number of the step.
    pub step: Option<i64>,
    /// Begin.
    pub begin: u64,
    /// Nanoseconds from begin to end.
    pub duration: u64,
    /// How it ended.
    #[serde(serialize_with = "word_of_outcome")]
    pub outcome: Option<Outcome>,
    /// `success`, `empty` or `error`.
    pub status: Option<String>,
    /// Worst level recorded on it.
    #[serde(serialize_with = "word_of_level")]
    pub level: Option<Level>,
    /// Type of the error.
    pub error_type: Option<String>,
    /// Hash of the declared arguments.
    pub schema_hash: Option<String>,
}

/// Counts over sessions: where to look first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Triage {
    /// Sessions.
    pub sessions: u64,
    /// Of which running.
    pub running: u64,
    /// Of which judged a success.
    pub successes: u64,
    /// Of which judged a failure.
    pub failures: u64,
    /// With something recorded of level WARN or worse.
    pub warned: u64,
    /// Prompt tokens.
    pub input_tokens: u64,
    /// Completion tokens.
    pub output_tokens: u64,
    /// Millionths of a US dollar, of what has a price.
    pub cost_microusd: u64,
    /// Tools, the most failing first, then by name.
    pub tools: Vec<ToolUse>,
    /// Models, the most called first, then by name.
    pub models: Vec<ModelUse>,
    /// Types of errors with the number of spans, the most frequent first, then by name.
    pub errors: Vec<(String, u64)>,
}

impl Triage {
    /// Counts one more session; tools, models and errors are counted by whoever has the spans.
    pub(super) fn add(&mut self, session: &SessionSummary) {
        // What emitters say of tokens and costs may be any number; no sum of it ends the program.
        self.sessions += 1;
        self.running += u64::from(session.state == SessionState::Running);
        match session.verdict.as_ref().map(|it| it.value.as_str()) {
            Some("success") => self.successes += 1,
            Some("failure") => self.failures += 1,
            _ => {}
        }
        self.warned += u64::from(session.level >= Some(Level::Warn));
        self.input_tokens = self.input_tokens.saturating_add(session.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(session.output_tokens);
        let cost = session.cost_microusd.unwrap_or(0);
        self.cost_microusd = self.cost_microusd.saturating_add(cost);
    }
}

/// What a tool did in a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolUse {
    /// Name.
    pub name: String,
    /// Calls.
    pub calls: u64,
    /// Of which ended in an error or a panic.
    pub errors: u64,
    /// Of which gave nothing.
    pub empty: u64,
    /// Of which with something recorded of level WARN or worse.
    pub warned: u64,
    /// Of which show nothing, because nobody has said what their values are.
    pub blind: u64,
    /// Nanoseconds that half of the calls stayed within (nearest rank).
    pub p50: u64,
    /// Nanoseconds that 95 % of the calls stayed within (nearest rank).
    pub p95: u64,
}

/// What a model was used for in a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelUse {
    /// Name.
    pub name: String,
    /// Calls.
    pub calls: u64,
    /// Of which ended in an error or a panic.
    pub errors: u64,
    /// Prompt tokens.
    pub input_tokens: u64,
    /// Completion tokens.
    pub output_tokens: u64,
    /// Millionths of a US dollar, of what has a price.
    pub cost_microusd: u64,
    /// Nanoseconds that half of the calls stayed within (nearest rank).
    pub p50: u64,
    /// Nanoseconds that 95 % of the calls stayed within (nearest rank).
    pub p95: u64,
}

/// A schema of a tool's arguments, as far as calls were seen with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchemaSeen {
    /// Tool.
    pub tool: String,
    /// Hash of the declared arguments.
    pub hash: String,
    /// Calls.
    pub calls: u64,
    /// Begin of the first.
    pub first: u64,
    /// Begin of the last.
    pub last: u64,
}

// `&Option` because serde hands over a reference to the field.
fn word_of_level<S: serde::Serializer>(level: &Option<Level>, to: S) -> Result<S::Ok, S::Error> {
    level.map(Level::as_str).serialize(to)
}

fn word_of_outcome<S: serde::Serializer>(
    outcome: &Option<Outcome>,
    to: S,
) -> Result<S::Ok, S::Error> {
    outcome.map(Outcome::as_str).serialize(to)
}
