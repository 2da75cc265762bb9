//! The text tree of a recording.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::view::{SnapshotView, SpanView};
use crate::names;
use crate::site::Layer;
use crate::snapshot::level::Level;

pub(super) fn render(spans: &[SpanView], snapshots: &[SnapshotView]) -> String {
    let mut tree = Tree {
        spans,
        details: vec![Vec::new(); spans.len()],
        ordinals: HashMap::new(),
        text: String::new(),
    };
    tree.note_reasons();
    tree.note_snapshots(snapshots);
    for (index, span) in spans.iter().enumerate() {
        if span.parent.is_none() {
            tree.write(index, "", "");
        }
    }
    tree.text
}

struct Tree<'a> {
    spans: &'a [SpanView],
    /// Lines below the line of each span.
    details: Vec<Vec<String>>,
    /// Session ids and keyed hashes differ from run to run; numbers stand in for them.
    ordinals: HashMap<(&'static str, String), usize>,
    text: String,
}

impl Tree<'_> {
    fn write(&mut self, index: usize, branch: &str, indent: &str) {
        let line = self.line(index);
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{branch}{line}");
        let spans = self.spans;
        let children = (index + 1..spans.len()).filter(|&child| spans[child].parent == Some(index));
        let children: Vec<_> = children.collect();
        let bar = if children.is_empty() { "  " } else { "│ " };
        for detail in std::mem::take(&mut self.details[index]) {
            let _ = writeln!(self.text, "{indent}{bar}{detail}");
        }
        for (place, &child) in children.iter().enumerate() {
            let (branch, more) = if place + 1 == children.len() {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            self.write(
                child,
                &format!("{indent}{branch}"),
                &format!("{indent}{more}"),
            );
        }
    }

    fn line(&mut self, index: usize) -> String {
        let span = &self.spans[index];
        let what = match (span.layer, span.step) {
            (Some(Layer::Session), _) => {
                let id = span.attribute(names::SESSION_ID).map(ToString::to_string);
                match id {
                    Some(id) => format!("session {}", self.ordinal("session", &id)),
                    None => "session".into(),
                }
            }
            (Some(layer @ (Layer::Tool | Layer::Delegation)), Some(step)) => {
                format!("{} #{step}", layer.as_str())
            }
            (Some(layer), _) => layer.as_str().into(),
            (None, _) => "span".into(),
        };
        let ending = match (span.outcome, span.ended) {
            (_, false) => "still open",
            (Some(outcome), true) => outcome.as_str(),
            (None, true) => "ended",
        };
        let mut line = format!("{what} {}  {ending}", span.name);
        if let Some(error_type) = &span.error_type {
            let _ = write!(line, " {error_type}");
        }
        if let Some(status) = span
            .tool_status
            .as_deref()
            .filter(|&word| word != "success")
        {
            let _ = write!(line, " · result {status}");
        }
        match (span.input_tokens, span.output_tokens) {
            (None | Some(0), None | Some(0)) => {}
            (input, output) => {
                let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
                let _ = write!(line, " · {input}→{output} tokens");
            }
        }
        if let (Some(limit), Some(left)) = (span.budget_limit, span.budget_remaining) {
            let _ = write!(line, " · budget {left} of {limit} left");
        }
        if let (Some(verdict), Some(source)) = (span.verdict, &span.verdict_source) {
            let _ = write!(line, " · verdict {} ({source})", verdict.as_str());
        }
        line
    }

    fn note_reasons(&mut self) {
        for (index, span) in self.spans.iter().enumerate() {
            if let Some(reason) = &span.reason {
                let reason = self.steady(reason);
                self.details[index].push(format!("why: {reason}"));
            }
        }
    }

    /// Changes of what the agent knows, and warnings, at the span where they were first seen.
    fn note_snapshots(&mut self, snapshots: &[SnapshotView]) {
        let mut known: HashMap<(String, &str), String> = HashMap::new();
        for snapshot in snapshots {
            // Whether DEBUG is on must not change the tree.
            let Some(index) = snapshot.span.filter(|_| snapshot.level >= Level::Info) else {
                continue;
            };
            let agent = snapshot.attribute(names::AGENT_ID);
            let agent = agent.map_or(String::new(), |id| format!("{id:?}"));
            // What is derived from the steps is in the tree already.
            let stated = snapshot.memory_source == Some("stated");
            for (label, text) in [
                ("memory", snapshot.memory.as_ref().filter(|_| stated)),
                ("goal", snapshot.goal.as_ref()),
                ("belief", snapshot.belief.as_ref()),
            ] {
                let Some(text) = text else { continue };
                let before = known.insert((agent.clone(), label), text.clone());
                if before.as_ref() != Some(text) {
                    let text = self.steady(text);
                    self.details[index].push(format!("{label}: {text}"));
                }
            }
            let mut line = format!("! {}", snapshot.level);
            if let Some(warning) = snapshot.warning {
                let _ = write!(line, " {warning}");
            }
            let note = snapshot.attribute(names::NOTE);
            if let Some(opentelemetry::logs::AnyValue::String(note)) = note {
                let _ = write!(line, " {}", self.steady(note.as_str()));
            }
            if snapshot.level >= Level::Warn || note.is_some() {
                self.details[index].push(line);
            }
        }
    }

    fn ordinal(&mut self, kind: &'static str, id: &str) -> usize {
        let next = 1 + self.ordinals.keys().filter(|(of, _)| *of == kind).count();
        *self.ordinals.entry((kind, id.to_owned())).or_insert(next)
    }

    /// A text in quotes, or the number of a keyed hash: the key differs from machine to machine.
    fn steady(&mut self, text: &str) -> String {
        if is_keyed_hash(text) {
            format!("[hash {}]", self.ordinal("hash", text))
        } else {
            format!("{text:?}")
        }
    }
}

fn is_keyed_hash(text: &str) -> bool {
    let hex = |digits: &str, count| {
        digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.strip_prefix('h')
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(key, hash)| hex(key, 8) && hex(hash, 32))
}
