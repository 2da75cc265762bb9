//! The session model: what an agent did, as a tree in the order it happened.

use agentscope_runtime::{Level, Outcome};
use serde::Serialize;

use crate::node::{Layer, Node};
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
    /// `success`, `failure` or `unknown`, where the session span says; of a conversation failure
    /// where a turn failed, and success where all succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Who or what gave the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_source: Option<String>,
    /// Spans whose parent is not there; they hang under their agent or session.
    #[serde(skip_serializing_if = "is_zero")]
    pub orphans: usize,
    /// Spans that came more than once.
    #[serde(skip_serializing_if = "is_zero")]
    pub duplicates: usize,
    /// Spans that begin more than a second before their parent in another process, or end so much
    /// after it: the clocks differ, or nobody waited for them.
    #[serde(skip_serializing_if = "is_zero")]
    pub skewed: usize,
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
    /// sorting, whoever emitted them.
    ///
    /// A span whose parent is not among them hangs under the delegation that it links to, else under
    /// the agent it names, else under the session of its trace. A log record belongs to its span,
    /// else likewise. The first of two spans with the same id counts.
    ///
    /// What has begun and not ended is there too, as an open node, as far as snapshots or spans
    /// inside it tell. Several session spans that are not inside each other are turns of a
    /// conversation; a node without a span stands above them.
    pub fn new(id: impl Into<String>, spans: Vec<SpanRecord>, logs: Vec<LogRecord>) -> Self {
        let (nodes, totals) = link::link(spans, logs);
        Self {
            id: id.into(),
            totals,
            nodes,
        }
    }

    /// The same session, where it is certain that nothing of it runs any more: what is open was
    /// cancelled, and if that is the session itself, it has failed. How spans of foreign emitters
    /// ended that are known only by their children, nobody can tell.
    ///
    /// ```
    /// use agentscope_analysis::{LogRecord, Session};
    /// let called = LogRecord::new("agentscope.tool.called", 1, 2).with("gen_ai.tool.name", "add");
    /// let running = Session::new("s-1", Vec::new(), vec![called]);
    /// assert!(running.nodes[1].open);
    /// let ended = running.ended();
    /// assert_eq!(ended.nodes[1].outcome, Some(agentscope_runtime::Outcome::Cancelled));
    /// ```
    pub fn ended(mut self) -> Self {
        for node in self.nodes.iter_mut().filter(|node| node.open) {
            node.open = false;
            if node.foreign {
                continue;
            }
            node.outcome = Some(Outcome::Cancelled);
            if node.layer == Layer::Session {
                self.totals.verdict = Some("failure".to_owned());
                self.totals.verdict_source = Some("not ended".to_owned());
            }
        }
        self
    }

    /// The session as text for people, every line ended.
    pub fn tree(&self, options: &tree::TreeOptions) -> String {
        tree::render(self, options)
    }
}

// By reference because serde hands one over.
fn is_zero(number: &usize) -> bool {
    *number == 0
}
