//! Links spans and log records into the tree of a session.

use std::collections::{HashMap, HashSet};

use crate::facts::Facts;
use crate::node::{Layer, Node};
use crate::record::{LogRecord, SpanRecord};
use crate::session::Totals;
use crate::snapshot::Snapshot;
use crate::totals;

mod decision;
mod open;
mod root;

use decision::{Decision, Decisions};

/// Clocks of two processes that differ by more than this many nanoseconds are told of.
const SKEW: u64 = 1_000_000_000;
/// How far a session span is looked for above another; spans of others lie between.
const FURTHEST: usize = 64;

/// A node that has no place in the tree yet.
struct Seed {
    node: Node,
    /// The parent that its span names.
    named: Option<u64>,
    /// Whether that is in another process, as far as the span says.
    is_remote: bool,
    links: Vec<(u128, u64)>,
    /// The parent, once it is known; until then it belongs to the session of its trace.
    parent: Option<usize>,
}

impl Seed {
    fn of(span: &SpanRecord, facts: &Facts<'_>) -> Self {
        let mut node = Node::of(span, facts);
        if span.parent_span_id.is_none() {
            node.layer = facts.layer_at_root();
        }
        let links = span.links.iter();
        Self {
            node,
            named: span.parent_span_id,
            is_remote: span.parent_is_remote,
            links: links.map(|link| (link.trace_id, link.span_id)).collect(),
            parent: None,
        }
    }

    fn end(&self) -> u64 {
        self.node.start.saturating_add(self.node.duration)
    }

    /// A session that nothing but spans of others stands above.
    fn is_top(&self) -> bool {
        self.node.layer == Layer::Session && self.parent.is_none()
    }
}

#[derive(Default)]
struct Draft {
    seeds: Vec<Seed>,
    by_span: HashMap<(u128, u64), usize>,
    by_agent: HashMap<String, usize>,
    /// By the id of the run.
    agent_names: HashMap<String, String>,
    /// Delegations by the path of their step.
    by_path: HashMap<String, usize>,
    /// Of foreign models.
    decisions: Decisions,
    /// Traces whose outermost span has ended.
    ended: HashSet<u128>,
    /// When the latest that is known happened.
    now: u64,
    totals: Totals,
}

pub(crate) fn link(mut spans: Vec<SpanRecord>, mut logs: Vec<LogRecord>) -> (Vec<Node>, Totals) {
    spans.sort_by_key(|span| (span.start, span.span_id));
    logs.sort_by_key(|record| record.time);
    let mut draft = Draft::new(spans, &logs);
    draft.open(&logs);
    draft.hang();
    let root = draft.root();
    draft.count_orphans(root);
    draft.place(logs, root);
    let mut totals = std::mem::take(&mut draft.totals);
    let decisions = std::mem::take(&mut draft.decisions);
    let mut nodes = draft.into_tree(root);
    decision::explain(&mut nodes, &decisions);
    totals::sum(&mut nodes, &mut totals);
    (nodes, totals)
}

impl Draft {
    fn new(spans: Vec<SpanRecord>, logs: &[LogRecord]) -> Self {
        let ends = spans.iter().map(|span| span.end);
        let mut draft = Self {
            now: ends
                .chain(logs.iter().map(|log| log.time))
                .max()
                .unwrap_or(0),
            seeds: Vec::with_capacity(spans.len() + 1),
            by_span: HashMap::with_capacity(spans.len()),
            ..Self::default()
        };
        for span in spans {
            if draft.by_span.contains_key(&(span.trace_id, span.span_id)) {
                draft.totals.duplicates += 1;
                continue;
            }
            let facts = span.facts();
            let seed = Seed::of(&span, &facts);
            if let (Some(id), Some(name)) = (facts.agent_id, facts.agent_name)
                && !draft.agent_names.contains_key(id)
            {
                draft.agent_names.insert(id.to_owned(), name.to_owned());
            }
            if seed.node.layer == Layer::Inference
                && seed.node.foreign
                && let Some(decision) = Decision::of(&span)
            {
                let key = (span.trace_id, span.span_id);
                draft.decisions.insert(key, decision);
            }
            if seed.named.is_none() || seed.node.layer == Layer::Session {
                draft.ended.insert(span.trace_id);
            }
            draft.add(seed);
        }
        draft
    }

    fn add(&mut self, seed: Seed) -> usize {
        let place = self.seeds.len();
        let node = &seed.node;
        if node.span_id != 0 {
            self.by_span.insert((node.trace_id, node.span_id), place);
        }
        if let (Layer::Agent, Some(id)) = (node.layer, &node.agent_id) {
            self.by_agent.entry(id.clone()).or_insert(place);
        }
        if let (Layer::Delegation, Some(path)) = (node.layer, &node.step_path) {
            self.by_path.entry(path.clone()).or_insert(place);
        }
        self.seeds.push(seed);
        place
    }

    fn named_parent(&self, place: usize) -> Option<usize> {
        let seed = &self.seeds[place];
        let named = self.by_span.get(&(seed.node.trace_id, seed.named?));
        named.copied().filter(|parent| *parent != place)
    }

    /// Gives every node its parent as far as anything tells it.
    fn hang(&mut self) {
        for place in 0..self.seeds.len() {
            if self.seeds[place].parent.is_some() {
                continue;
            }
            let named = self.named_parent(place);
            if let Some(parent) = named {
                self.totals.skewed += usize::from(self.is_skewed(place, parent));
            }
            let parent = named
                .filter(|parent| !self.is_outermost_session(place, *parent))
                .or_else(|| self.linked(place))
                .or_else(|| self.by_step_path(place))
                .or_else(|| self.by_agent(place));
            self.seeds[place].parent = parent;
        }
    }

    /// Whether only spans of others stand above a session, such as that of an incoming request:
    /// those are shown inside it.
    fn is_outermost_session(&self, place: usize, parent: usize) -> bool {
        if self.seeds[place].node.layer != Layer::Session {
            return false;
        }
        let mut above = Some(parent);
        for _ in 0..FURTHEST {
            let Some(place) = above else {
                return true;
            };
            if self.seeds[place].node.layer != Layer::Other {
                return false;
            }
            above = self.named_parent(place);
        }
        false
    }

    /// Below the delegation that a trace of its own refers to; another kind of span only where it
    /// is no session, for turns of a conversation refer to each other too.
    fn linked(&self, place: usize) -> Option<usize> {
        let seed = &self.seeds[place];
        let mut targets = seed.links.iter().filter_map(|link| self.by_span.get(link));
        let found = targets.find(|target| {
            let target = &self.seeds[**target].node;
            target.trace_id != seed.node.trace_id
                && (target.layer == Layer::Delegation || seed.node.layer != Layer::Session)
        });
        found.copied()
    }

    /// Below the delegation that the path of its step leads through.
    fn by_step_path(&self, place: usize) -> Option<usize> {
        let node = &self.seeds[place].node;
        let path = node.step_path.as_deref()?;
        let path = match node.layer {
            Layer::Tool | Layer::Delegation => path.rsplit_once('/')?.0,
            _ => path,
        };
        let parent = self.by_path.get(path).copied();
        parent.filter(|parent| *parent != place)
    }

    fn by_agent(&self, place: usize) -> Option<usize> {
        let parent = self.by_agent.get(self.seeds[place].node.agent_id.as_ref()?);
        parent.copied().filter(|parent| *parent != place)
    }

    fn is_skewed(&self, place: usize, parent: usize) -> bool {
        let (child, parent) = (&self.seeds[place], &self.seeds[parent]);
        let services = child
            .node
            .service
            .as_ref()
            .zip(parent.node.service.as_ref());
        let is_remote = child.is_remote || services.is_some_and(|(child, parent)| child != parent);
        let is_known = is_remote && !parent.node.open && !child.node.open;
        is_known
            && (child.node.start.saturating_add(SKEW) < parent.node.start
                || parent.end().saturating_add(SKEW) < child.end())
    }

    /// Counts what is somewhere else than its span says. Above what another process has begun
    /// nothing is missing where the session's own span is in that process too.
    fn count_orphans(&mut self, root: usize) {
        let is_elsewhere = self.seeds[root].node.span_id == 0;
        let places = 0..self.seeds.len();
        let orphans = places.filter(|place| {
            let seed = &self.seeds[*place];
            let is_lost = seed.named.is_some() && self.named_parent(*place).is_none();
            is_lost
                && seed.node.layer != Layer::Other
                && !seed.is_top()
                && !(seed.is_remote && is_elsewhere)
        });
        self.totals.orphans = orphans.count();
    }

    /// Gives every log record to its span, else to its agent, else to the session.
    fn place(&mut self, logs: Vec<LogRecord>, root: usize) {
        let place_of = |record: &LogRecord| {
            let span = self.by_span.get(&(record.trace_id, record.span_id));
            let agent = || self.by_agent.get(record.facts().agent_id?);
            span.or_else(agent).copied().unwrap_or(root)
        };
        let places: Vec<usize> = logs.iter().map(place_of).collect();
        // Most have one or two, for which a list that grows takes far more room.
        let mut counts = vec![0; self.seeds.len()];
        places.iter().for_each(|place| counts[*place] += 1);
        for (seed, count) in self.seeds.iter_mut().zip(counts) {
            seed.node.snapshots.reserve_exact(count);
        }
        for (record, place) in logs.into_iter().zip(places) {
            self.seeds[place].node.snapshots.push(Snapshot::of(record));
        }
    }

    /// Parents before children, siblings by their begin. Spans that name each other as parent are
    /// reached from nowhere; they hang under the session, so that no span is lost and no loop is
    /// walked.
    fn into_tree(self, root: usize) -> Vec<Node> {
        let count = self.seeds.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|place| {
            let node = &self.seeds[*place].node;
            (node.start, node.step_index, node.span_id)
        });
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
        for &place in order.iter().filter(|place| **place != root) {
            children[self.seeds[place].parent.unwrap_or(root)].push(place);
        }
        let mut taken: Vec<Option<Seed>> = self.seeds.into_iter().map(Some).collect();
        let mut tree: Vec<Node> = Vec::with_capacity(count);
        for start in std::iter::once(root).chain(order) {
            let mut open = vec![(start, (start != root).then_some(0))];
            while let Some((place, parent)) = open.pop() {
                let Some(mut seed) = taken[place].take() else {
                    continue;
                };
                seed.node.parent = parent;
                seed.node.depth = parent.map_or(0, |parent| tree[parent].depth + 1);
                let here = tree.len();
                tree.push(seed.node);
                let children = std::mem::take(&mut children[place]);
                open.extend(children.into_iter().rev().map(|child| (child, Some(here))));
            }
        }
        tree
    }
}
