//! Why a foreign agent made a call: what its model said when it chose it.

use std::collections::HashMap;

use agentscope_runtime::names;
use serde_json::Value as Json;

use crate::node::{Layer, Node};
use crate::record::{SpanRecord, Value};

/// What a model said, and the tools that it chose with it.
pub(super) struct Decision {
    words: String,
    tools: Vec<String>,
}

/// By the span of the inference.
pub(super) type Decisions = HashMap<(u128, u64), Decision>;

impl Decision {
    /// `None` where no call was chosen, or nothing was said.
    pub(super) fn of(span: &SpanRecord) -> Option<Self> {
        let found = Self::official(span)
            .or_else(|| Self::indexed(span, "llm.output_messages.", ".tool_call.function.name"))
            .or_else(|| Self::indexed(span, "gen_ai.completion.", ".name"))?;
        let says = !found.words.trim().is_empty() && !found.tools.is_empty();
        says.then_some(found)
    }

    fn official(span: &SpanRecord) -> Option<Self> {
        let messages: Json = serde_json::from_str(span.text(names::OUTPUT_MESSAGES)?).ok()?;
        let parts = messages
            .as_array()?
            .iter()
            .filter_map(|message| message["parts"].as_array());
        let parts: Vec<&Json> = parts.flatten().collect();
        let of = |kind: &'static str, field: &'static str| {
            let parts = parts.iter().filter(move |part| part["type"] == kind);
            parts.filter_map(move |part| part[field].as_str())
        };
        let said = |kind| of(kind, "content").collect::<Vec<_>>().join("\n");
        let thought = said("reasoning");
        Some(Self {
            words: if thought.is_empty() {
                said("text")
            } else {
                thought
            },
            tools: of("tool_call", "name").map(str::to_owned).collect(),
        })
    }

    /// As OpenInference and OpenLLMetry flatten messages: an attribute for each field.
    fn indexed(span: &SpanRecord, prefix: &str, tool: &str) -> Option<Self> {
        let below = span.attributes.range(prefix.to_owned()..);
        let below = below.take_while(|(key, _)| key.starts_with(prefix));
        let (mut words, mut tools) = (Vec::new(), Vec::new());
        for (key, value) in below {
            let Value::String(text) = value else {
                continue;
            };
            match () {
                () if key.contains(".tool_calls.") && key.ends_with(tool) => {
                    tools.push(text.clone())
                }
                () if key.contains(".tool_calls.") => {}
                () if key.ends_with(".content") || key.ends_with(".text") => {
                    words.push(text.as_str())
                }
                () => {}
            }
        }
        (!tools.is_empty()).then(|| Self {
            words: words.join("\n"),
            tools,
        })
    }
}

/// Gives each foreign call that says no reason the words of the latest inference of its agent, if
/// that chose it.
pub(super) fn explain(nodes: &mut [Node], decisions: &Decisions) {
    if decisions.is_empty() {
        return;
    }
    let mut agents: Vec<usize> = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let is_agent = matches!(node.layer, Layer::Session | Layer::Agent);
        let outer = node.parent.map_or(0, |parent| agents[parent]);
        agents.push(if is_agent { place } else { outer });
    }
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by_key(|place| (nodes[*place].start, *place));
    let mut latest: HashMap<usize, &Decision> = HashMap::new();
    for place in order {
        let node = &mut nodes[place];
        match node.layer {
            Layer::Inference => {
                if let Some(decision) = decisions.get(&(node.trace_id, node.span_id)) {
                    latest.insert(agents[place], decision);
                }
            }
            Layer::Tool if node.foreign && node.reason.is_none() => {
                let decision = latest.get(&agents[place]);
                let chose = decision.filter(|decision| decision.tools.contains(&node.name));
                if let Some(decision) = chose {
                    node.reason = Some(decision.words.clone());
                    node.reason_source = Some("model".to_owned());
                }
            }
            _ => {}
        }
    }
}
