//! The semantic tree of a session as text.

use std::collections::HashMap;

use agentscope_runtime::{Level, Outcome};

use crate::fold::{self, Item};
use crate::node::{Layer, Node};
use crate::session::Session;
use crate::text;

mod hints;
mod state;

use state::Shown;

/// Deeper nodes are not indented further, so that a line's length stays bounded.
const DEEPEST_INDENT: usize = 24;

/// How a tree is written.
///
/// ```
/// use agentscope_analysis::TreeOptions;
/// let options = TreeOptions { color: true, ..TreeOptions::default() };
/// assert_eq!(options.siblings, 12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeOptions {
    /// Whether to colour with ANSI escape sequences.
    pub color: bool,
    /// How many siblings are shown before the rest is counted in one line; what failed or warned
    /// is always shown.
    pub siblings: usize,
    /// How many characters of a run-time text (reason, memory, note, arguments, result) are shown.
    pub text: usize,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self {
            color: false,
            siblings: 12,
            text: 120,
        }
    }
}

pub(crate) fn render(session: &Session, options: &TreeOptions) -> String {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); session.nodes.len()];
    for (place, node) in session.nodes.iter().enumerate() {
        if let Some(parent) = node.parent {
            children[parent].push(place);
        }
    }
    let notable = fold::notable(&session.nodes);
    let mut writer = Writer {
        session,
        options,
        out: String::new(),
        last: Vec::new(),
        shown: HashMap::new(),
    };

    let mut open = vec![(Item::Shown(0), 0, true)];
    while let Some((item, depth, last)) = open.pop() {
        writer.last.truncate(depth);
        match item {
            Item::Folded(summary) => {
                writer.branch(last);
                writer.paint(Paint::Dim, &summary);
                writer.out.push('\n');
            }
            Item::Shown(place) => {
                writer.node(place, last, !children[place].is_empty());
                writer.last.push(last);
                let siblings = &children[place];
                let items = fold::fold(siblings, options.siblings, &session.nodes, &notable);
                let count = items.len();
                let items = items.into_iter().enumerate().rev();
                open.extend(items.map(|(index, item)| (item, depth + 1, index + 1 == count)));
            }
        }
    }
    writer.hints();
    writer.out
}

#[derive(Clone, Copy)]
enum Paint {
    Bold,
    Dim,
    Green,
    Yellow,
    Red,
}

struct Writer<'a> {
    session: &'a Session,
    options: &'a TreeOptions,
    out: String,
    /// For every ancestor, whether it is the last of its siblings.
    last: Vec<bool>,
    /// By agent.
    shown: HashMap<Option<&'a str>, Shown<'a>>,
}

impl<'a> Writer<'a> {
    fn paint(&mut self, paint: Paint, text: &str) {
        if !self.options.color {
            self.out.push_str(text);
            return;
        }
        let code = match paint {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Red => "31",
        };
        for part in ["\u{1b}[", code, "m", text, "\u{1b}[0m"] {
            self.out.push_str(part);
        }
    }

    /// The lines that lead from the ancestors past this line.
    fn rails(&mut self) {
        // The session stands at the margin and has no rail.
        for &last in self.last.iter().skip(1).take(DEEPEST_INDENT) {
            self.out.push_str(if last { "   " } else { "│  " });
        }
    }

    fn branch(&mut self, last: bool) {
        self.rails();
        if !self.last.is_empty() {
            self.out.push_str(if last { "└─ " } else { "├─ " });
        }
        if self.last.len() > DEEPEST_INDENT {
            let depth = format!("(depth {}) ", self.last.len());
            self.paint(Paint::Dim, &depth);
        }
    }

    fn node(&mut self, place: usize, last: bool, has_children: bool) {
        let session = self.session;
        let node = &session.nodes[place];
        self.branch(last);
        let is_conversation = session.nodes[0].span_id == 0;
        let glyph = match node.layer {
            Layer::Session if is_conversation && node.parent == Some(0) => "◆ turn ",
            Layer::Session => "◆ session ",
            Layer::Agent => "● agent ",
            Layer::Tool => "▸ tool ",
            Layer::Inference => "✦ inference ",
            Layer::Delegation => "→ delegation ",
            Layer::Other => "· ",
        };
        self.out.push_str(glyph);
        if let (Layer::Tool | Layer::Delegation, Some(step)) = (node.layer, node.step_index) {
            let step = step.to_string();
            let step = node.step_path.as_ref().unwrap_or(&step);
            let step = text::line(step, self.options.text);
            self.out.push_str(&format!("#{step} "));
        }
        let name = text::line(&node.name, self.options.text);
        self.paint(
            if node.layer == Layer::Other {
                Paint::Dim
            } else {
                Paint::Bold
            },
            &name,
        );
        self.outcome(node);
        self.out
            .push_str(&format!("  {}", text::duration(node.duration)));
        for fact in self.facts(node) {
            self.out.push_str(" · ");
            self.out.push_str(&fact);
        }
        self.out.push('\n');
        self.details(node, last, has_children);
    }

    fn outcome(&mut self, node: &Node) {
        self.out.push_str("  ");
        match node.outcome {
            None if node.open => self.paint(Paint::Yellow, "(running)"),
            None => self.paint(Paint::Dim, "-"),
            Some(Outcome::Ok) => self.paint(Paint::Green, "ok"),
            Some(Outcome::Cancelled) => self.paint(Paint::Yellow, "cancelled"),
            Some(outcome) => {
                let error = node.error_type.as_deref().filter(|word| *word != "panic");
                let error = error.map(|word| format!(" {}", text::line(word, self.options.text)));
                let words = format!("{}{}", outcome.as_str(), error.unwrap_or_default());
                self.paint(Paint::Red, &words);
            }
        }
    }

    /// What stands on the line of the node after its duration.
    fn facts(&self, node: &Node) -> Vec<String> {
        let mut facts = Vec::new();
        let totals = &self.session.totals;
        let is_whole = node.parent.is_none();
        if is_whole {
            facts.push(text::counted(totals.agents, "agent"));
            facts.push(text::counted(totals.tools, "tool call"));
            facts.push(text::counted(totals.inferences, "inference"));
            if totals.delegations > 0 {
                facts.push(text::counted(totals.delegations, "delegation"));
            }
        }
        let (input, output) = match () {
            () if is_whole => (Some(totals.input_tokens), Some(totals.output_tokens)),
            () => (node.input_tokens, node.output_tokens),
        };
        let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
        if (input, output) != (0, 0) {
            facts.push(format!(
                "{}→{} tokens",
                text::count(input),
                text::count(output)
            ));
        }
        if let Some(cost) = node.cost_usd {
            facts.push(text::dollars(cost));
        }
        if let Some(limit) = node.budget_limit {
            facts.push(match node.budget_remaining {
                Some(left) if left < 0 => format!(
                    "budget {} over {}",
                    text::count(left.saturating_neg()),
                    text::count(limit)
                ),
                Some(left) => format!(
                    "budget {} of {} left",
                    text::count(left),
                    text::count(limit)
                ),
                None => format!("budget {}", text::count(limit)),
            });
        }
        if let Some(status @ ("empty" | "error")) = node.tool_status.as_deref()
            && !(status == "error" && node.outcome == Some(Outcome::Error))
        {
            facts.push(format!("result {status}"));
        }
        self.push_delegated(node, &mut facts);
        if node.recovered {
            facts.push("frame recovered".to_owned());
        }
        let outer = node
            .parent
            .and_then(|parent| self.session.nodes[parent].service.as_ref());
        if let Some(service) = node.service.as_ref().filter(|own| Some(*own) != outer) {
            facts.push(format!(
                "service {}",
                text::line(service, self.options.text)
            ));
        }
        if let Some(verdict) = node.verdict.as_ref().filter(|_| !is_whole) {
            facts.push(format!(
                "verdict {}",
                text::line(verdict, self.options.text)
            ));
        }
        if is_whole {
            if let Some(verdict) = &totals.verdict {
                let source = totals
                    .verdict_source
                    .as_deref()
                    .map(|who| format!(" ({who})"));
                let words = format!("verdict {verdict}{}", source.unwrap_or_default());
                facts.push(text::line(&words, self.options.text));
            }
            if let Some(level) = totals.worst_level.filter(|level| *level >= Level::Warn) {
                facts.push(format!("worst {level}"));
            }
            facts.push(format!(
                "id {}",
                text::line(&self.session.id, self.options.text)
            ));
        }
        facts
    }

    fn push_delegated(&self, node: &Node, facts: &mut Vec<String>) {
        if let Some(count @ 2..) = node.fan_out {
            facts.push(format!("one of {}", text::count(count)));
        }
        if node.is_linked {
            facts.push("linked".to_owned());
        }
        if let Some(attempt @ 2..) = node.attempt {
            facts.push(format!("attempt {}", text::count(attempt)));
        }
        if node.is_cycle {
            facts.push("cycle".to_owned());
        }
    }

    fn details(&mut self, node: &'a Node, last: bool, has_children: bool) {
        let mut rail = String::new();
        if !self.last.is_empty() {
            rail.push_str(if last { "   " } else { "│  " });
        }
        rail.push_str(if has_children { "│ " } else { "  " });

        let source = node.reason_source.as_deref();
        match (node.reason.as_deref(), source) {
            (Some(reason), source) => {
                let source = match node.layer {
                    // It is always the code that says it.
                    Layer::Delegation => "stated",
                    _ => source.unwrap_or("no source"),
                };
                let reason = self.quoted(reason, source);
                self.detail(&rail, Paint::Dim, &format!("why: {reason}"));
            }
            (None, Some("missing")) => self.detail(&rail, Paint::Dim, "why: missing"),
            (None, _) => {}
        }
        if node.layer == Layer::Tool {
            for (label, json) in [("args", &node.input), ("result", &node.output)] {
                if let Some(json) = json {
                    let words = format!("{label}: {}", text::line(json, self.options.text));
                    self.detail(&rail, Paint::Dim, &words);
                }
            }
        }
        for snapshot in &node.snapshots {
            self.state(&rail, node, snapshot);
            self.notice(&rail, snapshot);
        }
    }

    fn quoted(&self, words: &str, source: &str) -> String {
        let limit = self.options.text;
        format!(
            "\"{}\" ({})",
            text::line(words, limit),
            text::line(source, limit)
        )
    }

    fn detail(&mut self, rail: &str, paint: Paint, words: &str) {
        self.rails();
        self.out.push_str(rail);
        self.paint(paint, words);
        self.out.push('\n');
    }
}
