//! Sums over a session.

use agentscope_runtime::{Level, Outcome};

use crate::node::{Layer, Node};
use crate::session::Totals;

/// What inferences used.
#[derive(Clone, Copy, Default)]
struct Usage {
    input: Option<i64>,
    output: Option<i64>,
    cost: Option<f64>,
}

impl Usage {
    fn of(node: &Node) -> Self {
        Self {
            input: node.input_tokens,
            output: node.output_tokens,
            cost: node.cost_usd,
        }
    }

    fn with(
        self,
        other: Self,
        of_tokens: fn(i64, i64) -> i64,
        of_cost: fn(f64, f64) -> f64,
    ) -> Self {
        Self {
            input: both(self.input, other.input, of_tokens),
            output: both(self.output, other.output, of_tokens),
            cost: both(self.cost, other.cost, of_cost),
        }
    }
}

fn both<T>(one: Option<T>, other: Option<T>, combine: fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(combine(one, other)),
        (one, other) => one.or(other),
    }
}

/// Sums up the tree, and tells agents and sessions what was used below them where they do not say.
pub(crate) fn sum(nodes: &mut [Node], totals: &mut Totals) {
    if nodes.iter().all(|node| node.foreign) {
        number_steps(nodes);
    }
    let usage = usage(nodes);
    for (node, usage) in nodes.iter_mut().zip(&usage) {
        let tells = matches!(
            node.layer,
            Layer::Session | Layer::Agent | Layer::Delegation
        );
        if tells && (node.foreign || node.open || node.span_id == 0) {
            node.input_tokens = usage.input;
            node.output_tokens = usage.output;
            node.cost_usd = usage.cost;
        }
    }

    let mut worst: Option<Level> = None;
    let mut end = 0;
    // For every node the nearest of any meaning, itself included.
    let mut nearest: Vec<usize> = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let above = node.parent.map_or(place, |parent| nearest[parent]);
        let means = node.layer != Layer::Other;
        nearest.push(if means { place } else { above });
        let counts = above == place || !is_same_call(node, &nodes[above]);
        match node.layer {
            Layer::Session => {}
            Layer::Agent => totals.agents += usize::from(counts),
            Layer::Tool => totals.tools += usize::from(counts),
            Layer::Inference => totals.inferences += usize::from(counts),
            Layer::Delegation => totals.delegations += 1,
            Layer::Other => totals.others += 1,
        }
        let failed = matches!(node.outcome, Some(Outcome::Error | Outcome::Panicked));
        totals.failed += usize::from(failed && node.layer != Layer::Session);
        let recorded = node.snapshots.iter().filter_map(|snapshot| snapshot.level);
        worst = worst.into_iter().chain(node.level).chain(recorded).max();
        end = end.max(node.start.saturating_add(node.duration));
    }
    let session = &nodes[0];
    totals.input_tokens = usage[0].input.unwrap_or(0);
    totals.output_tokens = usage[0].output.unwrap_or(0);
    totals.duration = end.saturating_sub(session.start);
    totals.worst_level = worst;
    judge(nodes, totals);
}

/// Whether two instrumentations saw the same: a call of a model inside another, or of a tool or an
/// agent inside one of its name.
fn is_same_call(node: &Node, above: &Node) -> bool {
    let is_model = node.layer == Layer::Inference;
    let is_other_emitter = node.foreign || above.foreign;
    node.layer == above.layer && (is_model || is_other_emitter && node.name == above.name)
}

/// For every node what it and all below it used.
fn usage(nodes: &[Node]) -> Vec<Usage> {
    let mut below = vec![Usage::default(); nodes.len()];
    // Children stand behind their parents, so from the end each is complete when it is reached.
    for (place, node) in nodes.iter().enumerate().rev() {
        let said = Usage::of(node);
        let all = match node.layer {
            // A call inside a call of a model is the same call.
            Layer::Inference => said.with(below[place], |said, _| said, |said, _| said),
            // What it says counts inferences too whose spans were sampled away or dropped; those of
            // other processes are only below.
            Layer::Session | Layer::Agent | Layer::Delegation => {
                said.with(below[place], i64::max, f64::max)
            }
            Layer::Tool | Layer::Other => below[place],
        };
        below[place] = all;
        if let Some(parent) = node.parent {
            below[parent] = below[parent].with(all, i64::saturating_add, |one, other| one + other);
        }
    }
    below
}

/// Numbers tool calls and delegations from 0 within their session, where no emitter does.
fn number_steps(nodes: &mut [Node]) {
    if nodes.iter().any(|node| node.step_index.is_some()) {
        return;
    }
    let mut sessions: Vec<usize> = Vec::with_capacity(nodes.len());
    let mut calls = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        let outer = node.parent.map_or(0, |parent| sessions[parent]);
        let is_session = node.layer == Layer::Session;
        sessions.push(if is_session { place } else { outer });
        if matches!(node.layer, Layer::Tool | Layer::Delegation) {
            calls.push((outer, node.start, place));
        }
    }
    calls.sort_unstable();
    let (mut of, mut next) = (0, 0);
    for (session, _, place) in calls {
        if session != of {
            (of, next) = (session, 0);
        }
        nodes[place].step_index = Some(next);
        next += 1;
    }
}

/// The session's verdict: its own, or of a conversation that of its turns.
fn judge(nodes: &[Node], totals: &mut Totals) {
    let verdict = |node: &Node| node.verdict.clone().zip(Some(node.verdict_source.clone()));
    let turns: Vec<_> = match nodes[0].verdict {
        Some(_) => vec![verdict(&nodes[0])],
        None => nodes
            .iter()
            .filter(|node| node.parent == Some(0) && node.layer == Layer::Session)
            .map(verdict)
            .collect(),
    };
    let said = |word: &str| {
        let mut said = turns.iter().flatten();
        said.find(|(verdict, _)| verdict == word).cloned()
    };
    let is_success =
        |turn: &Option<(String, _)>| turn.as_ref().is_some_and(|said| said.0 == "success");
    let all = turns.iter().all(is_success);
    let found = match () {
        () if said("failure").is_some() => said("failure"),
        () if all => said("success"),
        () => said("unknown").or_else(|| said("success").map(|_| ("unknown".to_owned(), None))),
    };
    (totals.verdict, totals.verdict_source) =
        found.map_or((None, None), |(verdict, source)| (Some(verdict), source));
}
