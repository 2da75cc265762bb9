//! Calls that two instrumentations saw: they count once, as in the tree of a session.
//!
//! A call of a model inside another, and a tool or an agent of a foreign emitter inside one of its
//! name, are the same call. Spans come when they have ended, so that the inner one may come first.
//! Those of one batch are compared whatever stands between them. Of those that come apart, a child
//! is known by its parent's id as long as both stand in one segment and the earlier came lately;
//! what is further apart (a restart, another level, a span of something else between them) counts
//! twice in the sums, though never in the tree, which sees all.

use std::collections::HashMap;

use agentscope_analysis::{Facts, Layer};
use opentelemetry_proto::tonic::trace::v1::Span;

use super::super::Recorded;
use super::columns::{self, code};
use super::prepare::{SpanRow, id_of};

/// Spans that are remembered for those that come later, twice.
const REMEMBERED: usize = 8_192;
/// Spans of nothing in particular between two of the same call, at most.
const BETWEEN: usize = 16;

/// What a span adds to the sums of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// A call, with what it used.
    Call,
    /// What it used: the span that counts the call did not say it.
    Usage,
    /// Nothing.
    Nothing,
}

impl Counts {
    pub(super) fn call(self) -> i64 {
        i64::from(self == Self::Call)
    }

    /// How its layer stands in the column that calls are counted by.
    pub(super) fn layer(self, layer: Layer) -> i64 {
        match (self, layer) {
            (Self::Usage | Self::Nothing, Layer::Tool) => code::COUNTED_TOOL,
            _ => code::layer(layer),
        }
    }
}

/// By what two spans are told to be of the same call.
#[derive(Clone, Copy)]
struct Seen<N> {
    layer: Layer,
    name: Option<N>,
    is_ours: bool,
    has_usage: bool,
}

impl<N: PartialEq> Seen<N> {
    fn is_same(&self, other: &Self) -> bool {
        self.layer == other.layer
            && match self.layer {
                Layer::Inference => true,
                Layer::Tool | Layer::Agent => {
                    !(self.is_ours && other.is_ours)
                        && self.name.is_some()
                        && self.name == other.name
                }
                _ => false,
            }
    }
}

fn is_call(layer: Layer) -> bool {
    matches!(layer, Layer::Inference | Layer::Tool | Layer::Agent)
}

/// For each span whether another of the batch counts its call. The outer one does, and gets what only
/// those inside it say of tokens and costs; but one of ours does rather than a foreign one, for it
/// says more.
pub(super) fn in_batch(spans: &[Recorded<Span>], facts: &mut [Facts<'_>]) -> Vec<bool> {
    let mut counted = vec![false; spans.len()];
    let seen: Vec<_> = spans
        .iter()
        .zip(facts.iter())
        .map(|(span, facts)| Seen {
            layer: columns::layer(&span.record, facts),
            name: facts.name,
            is_ours: facts.is_ours,
            has_usage: true,
        })
        .collect();
    if !seen
        .iter()
        .any(|it| is_call(it.layer) && (!it.is_ours || it.layer == Layer::Inference))
    {
        return counted;
    }
    let key = |span: &Span, id: &[u8]| (id_of(&span.trace_id), id_of(id));
    let places: HashMap<_, _> = spans
        .iter()
        .enumerate()
        .map(|(place, span)| (key(&span.record, &span.record.span_id), place))
        .collect();
    let above = |place: usize| {
        let span = &spans[place].record;
        places.get(&key(span, &span.parent_span_id)).copied()
    };
    let nearest = |place: usize| {
        let outer = std::iter::successors(above(place), |place| above(*place));
        outer
            .take(BETWEEN)
            .find(|place| seen[*place].layer != Layer::Other)
    };
    let mut inferences = Vec::new();
    for place in 0..spans.len() {
        let inner = &seen[place];
        let Some(outer) = nearest(place).filter(|_| is_call(inner.layer)) else {
            continue;
        };
        // Not of spans that are inside each other, for then nothing would count.
        if outer == place || nearest(outer) == Some(place) || !inner.is_same(&seen[outer]) {
            continue;
        }
        match inner.layer != Layer::Inference && inner.is_ours && !seen[outer].is_ours {
            true => counted[outer] = true,
            false => counted[place] = true,
        }
        if inner.layer == Layer::Inference {
            inferences.push((spans[place].record.start_time_unix_nano, place, outer));
        }
    }
    usage(inferences, facts);
    counted
}

/// What is said of the use of a call.
#[derive(Default)]
struct Usage {
    input: Option<i64>,
    output: Option<i64>,
    cost: Option<f64>,
}

impl Usage {
    fn add(&mut self, facts: &Facts<'_>) {
        self.input = both(self.input, facts.input_tokens, i64::saturating_add);
        self.output = both(self.output, facts.output_tokens, i64::saturating_add);
        self.cost = both(self.cost, facts.cost_usd, |one, other| one + other);
    }

    fn fill(self, facts: &mut Facts<'_>) {
        facts.input_tokens = facts.input_tokens.or(self.input);
        facts.output_tokens = facts.output_tokens.or(self.output);
        facts.cost_usd = facts.cost_usd.or(self.cost);
    }
}

/// Tells outer inferences what only those inside them say; of each its begin, its place, and that of
/// the outer one.
fn usage(mut pairs: Vec<(u64, usize, usize)>, facts: &mut [Facts<'_>]) {
    // The innermost began last.
    pairs.sort_unstable_by_key(|pair| std::cmp::Reverse(*pair));
    let mut below: HashMap<usize, Usage> = HashMap::new();
    for (_, inner, outer) in pairs {
        if let Some(usage) = below.remove(&inner) {
            usage.fill(&mut facts[inner]);
        }
        below.entry(outer).or_default().add(&facts[inner]);
    }
    for (outer, usage) in below {
        usage.fill(&mut facts[outer]);
    }
}

fn both<T>(one: Option<T>, other: Option<T>, sum: fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(sum(one, other)),
        (one, other) => one.or(other),
    }
}

/// The spans of calls that came lately to a segment. It forgets all when a transaction fails, with
/// the segment: what was not stored is not there to be counted.
#[derive(Default)]
pub(super) struct Lately {
    /// By their own id, those that count.
    spans: Recent<(u128, i64)>,
    /// By the id of their parent, and layer.
    parents: Recent<(u128, i64, i64)>,
    /// Whether there are tools or agents of foreign emitters: without any none of ours is the same
    /// call as another.
    has_foreign: bool,
}

impl Lately {
    /// What a span adds to the sums, by those that came before it.
    pub(super) fn counts(&mut self, trace: u128, row: &SpanRow, name: Option<i64>) -> Counts {
        let is_inference = row.layer == Layer::Inference;
        self.has_foreign |= is_call(row.layer) && !is_inference && !row.is_ours;
        if !(is_inference || self.has_foreign && is_call(row.layer)) {
            return Counts::Call;
        }
        let seen = Seen {
            layer: row.layer,
            name,
            is_ours: row.is_ours,
            has_usage: row.input_tokens.is_some() || row.output_tokens.is_some(),
        };
        let layer = code::layer(row.layer);
        let own = (trace, row.span_id);
        let parent = (row.parent != 0).then_some((trace, row.parent));
        let outer = parent.and_then(|parent| self.spans.get(&parent));
        let inner = self.parents.get(&(own.0, own.1, layer));
        let mut others = [outer, inner].into_iter().flatten();
        let counts = match others.find(|other| other.is_same(&seen)) {
            _ if row.is_counted => Counts::Nothing,
            Some(other) if is_inference && !other.has_usage => Counts::Usage,
            Some(_) => Counts::Nothing,
            None => Counts::Call,
        };
        if counts == Counts::Call {
            self.spans.put(own, seen);
        }
        if let Some((trace, parent)) = parent {
            self.parents.put((trace, parent, layer), seen);
        }
        counts
    }
}

/// What came lately: the last ones, and as many before them at most.
struct Recent<K> {
    now: HashMap<K, Seen<i64>>,
    before: HashMap<K, Seen<i64>>,
}

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self {
            now: HashMap::new(),
            before: HashMap::new(),
        }
    }
}

impl<K: Eq + std::hash::Hash> Recent<K> {
    fn get(&self, key: &K) -> Option<Seen<i64>> {
        self.now.get(key).or_else(|| self.before.get(key)).copied()
    }

    fn put(&mut self, key: K, seen: Seen<i64>) {
        if self.now.len() >= REMEMBERED {
            self.before = std::mem::take(&mut self.now);
        }
        self.now.insert(key, seen);
    }
}
