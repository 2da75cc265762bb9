//! The spans of a session that are open, so that an orderly exit can end them.

use std::sync::Arc;

use opentelemetry::Context;

use crate::agent::agent_state::AgentState;

pub(crate) struct OpenSpan {
    /// Rises with every span opened, so that children can be ended before their parents.
    age: u64,
    pub(crate) cx: Context,
    pub(crate) agent: Option<Arc<AgentState>>,
}

/// Names an open span; stays invalid after all were drained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanKey {
    index: usize,
    generation: u32,
}

#[derive(Default)]
pub(crate) struct OpenSpans {
    spans: Vec<Option<OpenSpan>>,
    free: Vec<usize>,
    opened: u64,
    /// Counts drains: a key from before one must not name a span from after it.
    generation: u32,
}

impl OpenSpans {
    pub(crate) fn any(&self) -> bool {
        self.spans.iter().any(Option::is_some)
    }

    pub(crate) fn insert(&mut self, cx: Context, agent: Option<Arc<AgentState>>) -> SpanKey {
        self.opened += 1;
        let span = OpenSpan {
            age: self.opened,
            cx,
            agent,
        };
        let index = match self.free.pop() {
            Some(index) => {
                self.spans[index] = Some(span);
                index
            }
            None => {
                self.spans.push(Some(span));
                self.spans.len() - 1
            }
        };
        SpanKey {
            index,
            generation: self.generation,
        }
    }

    pub(crate) fn remove(&mut self, key: SpanKey) -> Option<OpenSpan> {
        if key.generation != self.generation {
            return None;
        }
        let span = self.spans.get_mut(key.index)?.take()?;
        self.free.push(key.index);
        Some(span)
    }

    /// All open spans, oldest first.
    pub(crate) fn drain(&mut self) -> Vec<OpenSpan> {
        self.generation += 1;
        self.free.clear();
        let mut spans: Vec<_> = std::mem::take(&mut self.spans)
            .into_iter()
            .flatten()
            .collect();
        spans.sort_unstable_by_key(|span| span.age);
        spans
    }
}
