//! Which siblings a tree shows, and which it only counts.

use agentscope_runtime::Outcome;

use crate::node::{Layer, Node};
use crate::text;

/// What stands at one place in a list of siblings.
pub(crate) enum Item {
    /// A node, by its place.
    Shown(usize),
    /// Several nodes, as one line.
    Folded(String),
}

/// For every node, whether it or anything below it is notable.
pub(crate) fn notable(nodes: &[Node]) -> Vec<bool> {
    let mut notable: Vec<bool> = nodes.iter().map(Node::is_notable).collect();
    // Children stand behind their parents, so one pass from the end reaches every ancestor.
    for place in (0..nodes.len()).rev() {
        if let (true, Some(parent)) = (notable[place], nodes[place].parent) {
            notable[parent] = true;
        }
    }
    notable
}

/// Shows the first `limit` siblings, the last one, and all that are notable; counts the rest.
pub(crate) fn fold(
    siblings: &[usize],
    limit: usize,
    nodes: &[Node],
    notable: &[bool],
) -> Vec<Item> {
    let mut items = Vec::with_capacity(siblings.len().min(limit.saturating_add(2)));
    let mut run: Vec<usize> = Vec::new();
    for (index, &place) in siblings.iter().enumerate() {
        if index < limit || index + 1 == siblings.len() || notable[place] {
            close(&mut run, &mut items, nodes);
            items.push(Item::Shown(place));
        } else {
            run.push(place);
        }
    }
    items
}

fn close(run: &mut Vec<usize>, items: &mut Vec<Item>, nodes: &[Node]) {
    match run.as_slice() {
        [] => {}
        // One line for one line gains nothing.
        [only] => items.push(Item::Shown(*only)),
        folded => items.push(Item::Folded(summary(folded, nodes))),
    }
    run.clear();
}

/// `… 37 more: 35 tool calls, 2 inferences, all ok`.
fn summary(folded: &[usize], nodes: &[Node]) -> String {
    let of = |layer| {
        folded
            .iter()
            .filter(|&&place| nodes[place].layer == layer)
            .count()
    };
    let layers = [
        (Layer::Session, "session"),
        (Layer::Agent, "agent"),
        (Layer::Tool, "tool call"),
        (Layer::Inference, "inference"),
        (Layer::Delegation, "delegation"),
        (Layer::Other, "other span"),
    ];
    let parts: Vec<_> = layers
        .into_iter()
        .map(|(layer, noun)| (of(layer), noun))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| text::counted(number, noun))
        .collect();
    // Only what is not notable is folded, so nothing here failed or was cancelled.
    let ok = folded
        .iter()
        .all(|&place| nodes[place].outcome == Some(Outcome::Ok));
    let ok = if ok { ", all ok" } else { "" };
    let number = text::count(i64::try_from(folded.len()).unwrap_or(i64::MAX));
    format!("… {number} more: {}{ok}", parts.join(", "))
}
