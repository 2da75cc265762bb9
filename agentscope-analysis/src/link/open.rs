//! Spans that have begun and not ended: known from snapshots, or because others name them.

use std::collections::HashSet;

use agentscope_runtime::names;

use super::{Draft, Seed};
use crate::node::Layer;
use crate::record::{LogRecord, SpanRecord};

impl Draft {
    /// Adds a node for each.
    pub(super) fn open(&mut self, logs: &[LogRecord]) {
        self.open_calls(logs);
        self.open_parents();
        self.open_agents(logs);
    }

    /// Calls of which a snapshot says that they began, and none that they returned: that span would
    /// have been lost.
    fn open_calls(&mut self, logs: &[LogRecord]) {
        let is_end = |record: &&LogRecord| {
            matches!(
                record.event_name.as_str(),
                names::EVENT_TOOL_RETURNED | names::EVENT_DELEGATION_RETURNED
            )
        };
        let is_lost = |key: &(u128, u64)| !self.by_span.contains_key(key);
        let ended = logs.iter().filter(is_end).map(span_of).filter(is_lost);
        let ended: HashSet<_> = ended.collect();
        for record in logs {
            let layer = match record.event_name.as_str() {
                names::EVENT_TOOL_CALLED => "tool",
                names::EVENT_DELEGATION_CALLED => "delegation",
                _ => continue,
            };
            let key = span_of(record);
            if key.1 == 0 || self.by_span.contains_key(&key) || ended.contains(&key) {
                continue;
            }
            let mut call = SpanRecord::new(record.trace_id, record.span_id, layer);
            for name in [
                names::TOOL_NAME,
                names::TOOL_SCHEMA_HASH,
                names::DELEGATION_TARGET,
                names::CALL_REASON,
                names::STEP_INDEX,
                names::STEP_PATH,
                names::AGENT_ID,
            ] {
                let value = record.attributes.get(name).cloned();
                call.attributes
                    .extend(value.map(|value| (name.to_owned(), value)));
            }
            self.add_open(call.with(names::LAYER, layer), record.time);
        }
    }

    /// Parents in the same process. Spans of ours name their agent; of foreign ones nothing is known
    /// but that they are there.
    ///
    /// Where the outermost span of a trace has ended, what is missing inside was lost; but an agent
    /// with an open call was cut off with its process, in another one than the outermost span's.
    fn open_parents(&mut self) {
        let open = self.seeds.iter().filter(|seed| seed.node.open);
        let at_work: HashSet<_> = open.filter_map(|seed| seed.node.agent_id.clone()).collect();
        // Those that are added here have no parent themselves.
        let seen = self.seeds.len();
        for place in 0..seen {
            let seed = &self.seeds[place];
            let (node, Some(parent), false) = (&seed.node, seed.named, seed.is_remote) else {
                continue;
            };
            let is_there = || self.by_span.contains_key(&(node.trace_id, parent));
            let has_ended = || self.ended.contains(&node.trace_id);
            let unseen = || SpanRecord::new(node.trace_id, parent, "(span not seen)");
            let unseen = match (node.agent_id.as_deref(), node.layer) {
                (Some(id), Layer::Tool | Layer::Inference | Layer::Delegation) => {
                    if let Some(&agent) = self.by_agent.get(id) {
                        if agent >= seen {
                            self.lead_to_agent(agent, place);
                        }
                        continue;
                    }
                    if is_there() || (has_ended() && !at_work.contains(id)) {
                        continue;
                    }
                    let name = self.agent_names.get(id).map(String::as_str);
                    agent(unseen(), id, name)
                }
                (None, _) if node.foreign && !is_there() && !has_ended() => unseen(),
                _ => continue,
            };
            let service = node.service.clone();
            // They stand by their begin, so the first child is the earliest sign of its parent.
            let agent = self.add_open(SpanRecord { service, ..unseen }, node.start);
            self.lead_to_agent(agent, place);
        }
    }

    /// Where an agent stands whose span is not there, by the path of one of its steps.
    fn lead_to_agent(&mut self, agent: usize, step: usize) {
        if self.seeds[agent].node.step_path.is_none() {
            let path = self.seeds[step].node.step_path.as_deref();
            let above = path.and_then(|path| path.rsplit_once('/'));
            self.seeds[agent].node.step_path = above.map(|(path, _)| path.to_owned());
        }
    }

    /// Agents of which only snapshots are there.
    fn open_agents(&mut self, logs: &[LogRecord]) {
        for record in logs {
            let Some(id) = record.text(names::AGENT_ID) else {
                continue;
            };
            if self.by_agent.contains_key(id) || self.ended.contains(&record.trace_id) {
                continue;
            }
            let open = SpanRecord::new(record.trace_id, 0, "agent");
            let name = record.text(names::AGENT_NAME);
            self.add_open(agent(open, id, name), record.time);
        }
    }

    fn add_open(&mut self, span: SpanRecord, start: u64) -> usize {
        let end = self.now;
        let span = SpanRecord { start, end, ..span };
        let mut seed = Seed::of(&span, &span.facts());
        seed.node.open = true;
        self.add(seed)
    }
}

fn span_of(record: &LogRecord) -> (u128, u64) {
    (record.trace_id, record.span_id)
}

fn agent(span: SpanRecord, id: &str, name: Option<&str>) -> SpanRecord {
    let span = span.with(names::LAYER, "agent").with(names::AGENT_ID, id);
    match name {
        Some(name) => span.with(names::AGENT_NAME, name),
        None => span,
    }
}
