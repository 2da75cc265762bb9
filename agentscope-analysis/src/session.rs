//! The session model: what an agent did, as a tree in the order it happened.

use agentscope_runtime::Level;
use serde::Serialize;

use crate::node::Node;
use crate::record::{LogRecord, SpanRecord};
use crate::snapshot::level;
use crate::{link, tree};

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
