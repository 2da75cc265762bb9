//! Anthropic's messages, on Bedrock and Vertex too.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{arguments, count, text, typed};
use crate::model::response::ToolCall;
use crate::model::streamed::{Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

pub(super) struct Messages;

/// What is written to the cache is said as a sum and, beside it, by how long it is kept.
fn written(usage: &Value) -> Option<u64> {
    count(usage, "cache_creation_input_tokens").or_else(|| {
        let kept = usage.get("cache_creation")?;
        let parts = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"];
        let parts = parts.map(|part| count(kept, part));
        parts.into_iter().flatten().reduce(u64::saturating_add)
    })
}

impl Dialect for Messages {
    fn id<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "id")
    }

    fn model<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "model")
    }

    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>> {
        text(body, "stop_reason")
            .map(Cow::Borrowed)
            .into_iter()
            .collect()
    }

    fn counts(&self, body: &Value) -> Option<Counts> {
        let usage = body.get("usage").filter(|usage| usage.is_object())?;
        Some(Counts {
            input: count(usage, "input_tokens"),
            cache_read: count(usage, "cache_read_input_tokens"),
            cache_write: written(usage),
            output: count(usage, "output_tokens"),
            reasoning: None,
            cache_is_beside: true,
            reasoning_is_beside: false,
        })
    }

    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let blocks = typed(body, "content", "text");
        blocks.filter_map(|block| text(block, "text")).collect()
    }

    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let blocks = typed(body, "content", "thinking");
        blocks.filter_map(|block| text(block, "thinking")).collect()
    }

    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>> {
        let blocks = typed(body, "content", "tool_use").filter_map(|block| {
            let id = text(block, "id");
            Some(ToolCall::of(
                id,
                text(block, "name")?,
                arguments(block.get("input")),
            ))
        });
        blocks.collect()
    }
}

impl Messages {
    /// All counts of a stream are of the whole message so far, whatever was asked for: the
    /// documentation of `message_delta` says so.
    pub(super) fn gather(&self, event: &Value, into: &mut StreamedResponse) {
        let place = Place(0, count(event, "index").unwrap_or(0), 0);
        match text(event, "type").unwrap_or("") {
            "message_start" => {
                into.begin();
                if let Some(message) = event.get("message") {
                    into.name(self.id(message), self.model(message));
                    into.choice(0);
                    into.recount(self.counts(message));
                }
            }
            "content_block_start" => {
                if let Some(block) = event.get("content_block") {
                    self.gather_block(place, block, into);
                }
            }
            "content_block_delta" => {
                if let Some(delta) = event.get("delta") {
                    self.gather_delta(place, delta, into);
                }
            }
            "content_block_stop" => into.calls.settle_arguments(place),
            "message_delta" => {
                into.recount(self.counts(event));
                let reason = event
                    .get("delta")
                    .and_then(|delta| text(delta, "stop_reason"));
                if let Some(reason) = reason {
                    into.finish(0, reason);
                }
            }
            _ => {}
        }
    }

    fn gather_block(&self, place: Place, block: &Value, into: &mut StreamedResponse) {
        match text(block, "type").unwrap_or("") {
            "text" => into.say(place, text(block, "text").unwrap_or("")),
            "thinking" => into.think(place, text(block, "thinking").unwrap_or("")),
            "tool_use" => {
                into.call(CallPiece {
                    place,
                    id: text(block, "id"),
                    name: text(block, "name"),
                    arguments: "",
                });
                // Empty, and written by the deltas; some proxies have all of it here and no deltas.
                let input = block.get("input").filter(|input| !is_empty(input));
                if let Some(input) = input {
                    into.calls.say_arguments(place, &arguments(Some(input)));
                }
            }
            _ => {}
        }
    }

    fn gather_delta(&self, place: Place, delta: &Value, into: &mut StreamedResponse) {
        match text(delta, "type").unwrap_or("") {
            "text_delta" => into.say(place, text(delta, "text").unwrap_or("")),
            "thinking_delta" => into.think(place, text(delta, "thinking").unwrap_or("")),
            "input_json_delta" => {
                into.calls
                    .add_arguments(place, text(delta, "partial_json").unwrap_or(""));
            }
            _ => {}
        }
    }
}

fn is_empty(input: &Value) -> bool {
    input.is_null() || input.as_object().is_some_and(serde_json::Map::is_empty)
}
