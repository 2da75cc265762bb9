//! What snapshots add to the tree: an agent's state where it changes, warnings, notes.

use agentscope_runtime::Level;

use super::{Paint, Writer};
use crate::node::Node;
use crate::snapshot::Snapshot;
use crate::text;

/// What of an agent's state was shown last.
#[derive(Default)]
pub(super) struct Shown<'a> {
    memory: Option<&'a str>,
    goal: Option<&'a str>,
    sub_goal: Option<&'a str>,
    belief: Option<&'a str>,
    confidence: Option<f64>,
    budget: Option<i64>,
}

impl<'a> Writer<'a> {
    /// What of the agent's state is new.
    pub(super) fn state(&mut self, rail: &str, node: &'a Node, snapshot: &'a Snapshot) {
        let agent = snapshot.agent_id.as_deref().or(node.agent_id.as_deref());
        let shown = self.shown.entry(agent).or_default();
        let mut fresh = Vec::new();
        for (label, now, before) in [
            ("goal", &snapshot.goal, &mut shown.goal),
            ("sub-goal", &snapshot.sub_goal, &mut shown.sub_goal),
            ("belief", &snapshot.belief, &mut shown.belief),
            ("memory", &snapshot.memory, &mut shown.memory),
        ] {
            let now = now.as_deref();
            if now.is_some() && now != *before {
                *before = now;
                fresh.extend(now.map(|now| (label, now)));
            }
        }
        let confidence = news(snapshot.confidence, &mut shown.confidence);
        let budget = news(snapshot.budget_remaining, &mut shown.budget);

        for (label, now) in fresh {
            let now = match label {
                "memory" => {
                    let source = snapshot.memory_source.as_deref();
                    self.quoted(now, source.unwrap_or("no source"))
                }
                _ => self.in_quotes(now),
            };
            self.detail(rail, Paint::Dim, &format!("{label}: {now}"));
        }
        if let Some(confidence) = confidence {
            self.detail(rail, Paint::Dim, &format!("confidence: {confidence}"));
        }
        if let Some(left) = budget {
            let words = match left < 0 {
                true => format!("budget: {} tokens over", text::count(left.saturating_neg())),
                false => format!("budget: {} tokens left", text::count(left)),
            };
            self.detail(rail, Paint::Dim, &words);
        }
    }

    /// A warning, or a note of the application.
    pub(super) fn notice(&mut self, rail: &str, snapshot: &Snapshot) {
        if !snapshot.is_warning() && snapshot.note.is_none() {
            return;
        }
        let mut words = Vec::new();
        let mut paint = Paint::Dim;
        if let Some(level) = snapshot.level.filter(|level| *level >= Level::Warn) {
            paint = if level >= Level::Error {
                Paint::Red
            } else {
                Paint::Yellow
            };
            words.push(format!("! {level}"));
        }
        let line = |words: &String| text::line(words, self.options.text);
        words.extend(snapshot.warning.as_ref().map(line));
        words.extend(snapshot.policy.as_ref().map(line));
        let pointer = snapshot.schema_pointer.as_ref();
        words.extend(pointer.map(|pointer| format!("at {}", line(pointer))));
        let fallback = snapshot.fallback.as_ref();
        words.extend(
            fallback.map(|(from, to)| format!("{} → {}", self.in_quotes(from), self.in_quotes(to))),
        );
        for (label, said) in [("why", &snapshot.explanation), ("note", &snapshot.note)] {
            let said = said.as_ref();
            words.extend(said.map(|said| format!("{label}: {}", self.in_quotes(said))));
        }
        self.detail(rail, paint, &words.join(" "));
    }

    fn in_quotes(&self, words: &str) -> String {
        format!("\"{}\"", text::line(words, self.options.text))
    }
}

/// A number where it is another than the one that was shown last.
fn news<T: Copy + PartialEq>(now: Option<T>, shown: &mut Option<T>) -> Option<T> {
    let news = now.filter(|now| Some(*now) != *shown);
    *shown = news.or(*shown);
    news
}
