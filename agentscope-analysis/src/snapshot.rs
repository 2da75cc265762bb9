//! The state of an agent at one moment.

use agentscope_runtime::{Level, names};
use serde::{Serialize, Serializer};

use crate::record::LogRecord;

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
        let facts = record.facts();
        Self {
            time: record.time,
            level: record.level(),
            agent_id: facts.agent_id.map(str::to_owned),
            step_index: facts.step_index,
            memory: text(names::MEMORY),
            memory_source: text(names::MEMORY_SOURCE),
            goal: text(names::GOAL),
            sub_goal: text(names::SUB_GOAL),
            belief: text(names::BELIEF),
            confidence: record.double(names::CONFIDENCE),
            iteration_count: facts.iteration_count,
            budget_remaining: facts.budget_remaining,
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

impl LogRecord {
    /// How much it matters; see [`level_of_log`].
    pub(crate) fn level(&self) -> Option<Level> {
        let said = self.text(names::LEVEL);
        level_of_log(said, &self.severity_text, self.severity_number.into())
    }
}

/// The level of a log record, whoever emitted it: what it says as `agentscope.level`, else the word
/// of its severity where that is one of ours, else the range of its severity number
/// ([OpenTelemetry's](https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber)).
/// `None` where none of these says anything.
///
/// ```
/// use agentscope_analysis::level_of_log;
/// use agentscope_runtime::Level;
///
/// assert_eq!(level_of_log(Some("SEMANTIC_WARN"), "WARN2", 14), Some(Level::SemanticWarn));
/// assert_eq!(level_of_log(None, "Warning", 14), Some(Level::Warn));
/// assert_eq!(level_of_log(None, "", 0), None);
/// ```
pub fn level_of_log(
    said: Option<&str>,
    severity_text: &str,
    severity_number: i32,
) -> Option<Level> {
    let words = said.into_iter().chain([severity_text]);
    let said = words.filter_map(|word| word.parse().ok()).next();
    said.or(match severity_number {
        1..=4 => Some(Level::Trace),
        5..=8 => Some(Level::Debug),
        9..=12 => Some(Level::Info),
        13..=16 => Some(Level::Warn),
        17..=20 => Some(Level::Error),
        21..=24 => Some(Level::Critical),
        _ => None,
    })
}

// `&Option` because serde hands over a reference to the field.
pub(crate) fn level<S: Serializer>(
    level: &Option<Level>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    level.map(Level::as_str).serialize(serializer)
}
