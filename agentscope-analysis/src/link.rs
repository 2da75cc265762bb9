//! Links spans and log records into the tree of a session.

use std::collections::HashMap;

use agentscope_runtime::{Level, Outcome, names};

use crate::node::{Layer, Node};
use crate::record::{LogRecord, SpanRecord};
use crate::session::Totals;
use crate::snapshot::Snapshot;

/// Place of the session in the tree.
const ROOT: usize = 0;

/// Nodes before they are brought into the order of the tree.
struct Draft {
    nodes: Vec<Node>,
    children: Vec<Vec<usize>>,
    by_span: HashMap<(u128, u64), usize>,
    by_agent: HashMap<String, usize>,
}

pub(crate) fn link(mut spans: Vec<SpanRecord>, mut logs: Vec<LogRecord>) -> (Vec<Node>, Totals) {
    // The session first, then by begin: so indices are stable and children need no sorting.
    let is_session = |span: &SpanRecord| span.text(names::LAYER) == Some("session");
    spans.sort_by_key(|span| {
        (
            !is_session(span),
            span.start,
            span.int(names::STEP_INDEX),
            span.span_id,
        )
    });
    logs.sort_by_key(|record| record.time);

    let root = spans.first().filter(|span| is_session(span));
    let mut totals = Totals {
        verdict: root
            .and_then(|span| span.text(names::SESSION_VERDICT))
            .map(str::to_owned),
        verdict_source: root
            .and_then(|span| span.text(names::SESSION_VERDICT_SOURCE))
            .map(str::to_owned),
        ..Totals::default()
    };
    let mut draft = Draft::new(&spans);
    draft.hang(&spans);
    draft.place(logs);
    let nodes = draft.into_tree();
    sum(&nodes, &mut totals);
    (nodes, totals)
}

impl Draft {
    fn new(spans: &[SpanRecord]) -> Self {
        let mut draft = Self {
            nodes: Vec::with_capacity(spans.len() + 1),
            children: Vec::new(),
            by_span: HashMap::with_capacity(spans.len()),
            by_agent: HashMap::new(),
        };
        if spans
            .first()
            .is_none_or(|span| span.text(names::LAYER) != Some("session"))
        {
            draft.nodes.push(absent_session(spans));
        }
        for span in spans {
            let place = draft.nodes.len();
            let key = (span.trace_id, span.span_id);
            if draft.by_span.contains_key(&key) {
                continue;
            }
            draft.by_span.insert(key, place);
            let node = Node::of(span);
            if let (Layer::Agent, Some(id)) = (node.layer, &node.agent_id) {
                draft.by_agent.entry(id.clone()).or_insert(place);
            }
            draft.nodes.push(node);
        }
        draft.children = vec![Vec::new(); draft.nodes.len()];
        draft
    }

    /// Gives every node but the session a parent.
    fn hang(&mut self, spans: &[SpanRecord]) {
        let mut hung = vec![false; self.nodes.len()];
        for span in spans {
            let Some(&place) = self.by_span.get(&(span.trace_id, span.span_id)) else {
                continue;
            };
            if place == ROOT || std::mem::replace(&mut hung[place], true) {
                continue;
            }
            let parent = span
                .parent_span_id
                .and_then(|id| self.by_span.get(&(span.trace_id, id)))
                .or_else(|| self.by_agent.get(self.nodes[place].agent_id.as_ref()?))
                .copied()
                .filter(|&parent| parent != place)
                .unwrap_or(ROOT);
            self.children[parent].push(place);
        }
    }

    /// Gives every log record to its span, else to its agent, else to the session.
    fn place(&mut self, logs: Vec<LogRecord>) {
        for record in logs {
            let place = self
                .by_span
                .get(&(record.trace_id, record.span_id))
                .or_else(|| self.by_agent.get(record.text(names::AGENT_ID)?))
                .copied()
                .unwrap_or(ROOT);
            self.nodes[place].snapshots.push(Snapshot::of(record));
        }
    }

    /// Parents before children. Spans that name each other as parent are reached from nowhere;
    /// they hang under the session, so that no span is lost and no loop is walked.
    fn into_tree(mut self) -> Vec<Node> {
        let count = self.nodes.len();
        let mut taken: Vec<Option<Node>> = self.nodes.into_iter().map(Some).collect();
        let mut tree: Vec<Node> = Vec::with_capacity(count);
        for start in ROOT..count {
            let mut open = vec![(start, if start == ROOT { None } else { Some(ROOT) })];
            while let Some((place, parent)) = open.pop() {
                let Some(mut node) = taken[place].take() else {
                    continue;
                };
                node.parent = parent;
                node.depth = parent.map_or(0, |parent| tree[parent].depth + 1);
                let here = tree.len();
                tree.push(node);
                let children = std::mem::take(&mut self.children[place]);
                open.extend(children.into_iter().rev().map(|child| (child, Some(here))));
            }
        }
        tree
    }
}

/// Stands for a session whose span is not there: it has not ended, or ended in another process.
fn absent_session(spans: &[SpanRecord]) -> Node {
    let start = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let name = "(session span not seen)";
    let mut node = Node::of(&SpanRecord {
        start,
        end,
        ..SpanRecord::new(0, 0, name)
    });
    node.layer = Layer::Session;
    node
}

fn sum(nodes: &[Node], totals: &mut Totals) {
    let mut worst: Option<Level> = None;
    let (mut input, mut output) = (0, 0);
    let mut end = 0;
    for node in nodes {
        match node.layer {
            Layer::Session => {}
            Layer::Agent => totals.agents += 1,
            Layer::Tool => totals.tools += 1,
            Layer::Inference => {
                totals.inferences += 1;
                input += node.input_tokens.unwrap_or(0);
                output += node.output_tokens.unwrap_or(0);
            }
            Layer::Delegation => totals.delegations += 1,
            Layer::Other => totals.others += 1,
        }
        let failed = matches!(node.outcome, Some(Outcome::Error | Outcome::Panicked));
        totals.failed += usize::from(failed && node.layer != Layer::Session);
        let recorded = node.snapshots.iter().filter_map(|snapshot| snapshot.level);
        worst = worst.into_iter().chain(node.level).chain(recorded).max();
        end = end.max(node.start.saturating_add(node.duration));
    }
    let session = &nodes[ROOT];
    // What the session span says counts inferences whose spans were sampled away or dropped too.
    totals.input_tokens = session.input_tokens.unwrap_or(input);
    totals.output_tokens = session.output_tokens.unwrap_or(output);
    totals.duration = end.saturating_sub(session.start);
    totals.worst_level = worst;
}
