//! Bedrock's Converse.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{arguments, count, list, text};
use crate::model::response::ToolCall;
use crate::model::streamed::{Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

pub(super) struct Converse;

fn blocks(body: &Value) -> &[Value] {
    body.pointer("/output/message")
        .map_or(&[], |message| list(message, "content"))
}

impl Dialect for Converse {
    fn id<'a>(&self, _body: &'a Value) -> Option<&'a str> {
        None
    }

    fn model<'a>(&self, _body: &'a Value) -> Option<&'a str> {
        None
    }

    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>> {
        text(body, "stopReason")
            .map(Cow::Borrowed)
            .into_iter()
            .collect()
    }

    fn counts(&self, body: &Value) -> Option<Counts> {
        let usage = body.get("usage").filter(|usage| usage.is_object())?;
        Some(Counts {
            input: count(usage, "inputTokens"),
            cache_read: count(usage, "cacheReadInputTokens"),
            cache_write: count(usage, "cacheWriteInputTokens"),
            output: count(usage, "outputTokens"),
            reasoning: None,
            cache_is_beside: true,
            reasoning_is_beside: false,
        })
    }

    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let texts = blocks(body).iter().filter_map(|block| text(block, "text"));
        texts.collect()
    }

    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let thoughts = blocks(body).iter().filter_map(|block| {
            let thought = block.pointer("/reasoningContent/reasoningText")?;
            text(thought, "text")
        });
        thoughts.collect()
    }

    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>> {
        let calls = blocks(body).iter().filter_map(|block| {
            let call = block.get("toolUse")?;
            let id = text(call, "toolUseId");
            Some(ToolCall::of(
                id,
                text(call, "name")?,
                arguments(call.get("input")),
            ))
        });
        calls.collect()
    }
}

impl Converse {
    /// Each event is the only field of its chunk.
    pub(super) fn gather(&self, chunk: &Value, into: &mut StreamedResponse) {
        let Some((event, of)) = chunk.as_object().and_then(|chunk| chunk.iter().next()) else {
            return;
        };
        let place = Place(0, count(of, "contentBlockIndex").unwrap_or(0), 0);
        match event.as_str() {
            "messageStart" => {
                into.begin();
                into.choice(0);
            }
            "contentBlockStart" => {
                if let Some(call) = of.pointer("/start/toolUse") {
                    into.call(CallPiece {
                        place,
                        id: text(call, "toolUseId"),
                        name: text(call, "name"),
                        arguments: "",
                    });
                }
            }
            "contentBlockDelta" => {
                let Some(delta) = of.get("delta") else { return };
                if let Some(piece) = text(delta, "text") {
                    into.say(place, piece);
                }
                let thought = delta.get("reasoningContent");
                if let Some(piece) = thought.and_then(|thought| text(thought, "text")) {
                    into.think(place, piece);
                }
                let call = delta.get("toolUse");
                if let Some(piece) = call.and_then(|call| text(call, "input")) {
                    into.calls.add_arguments(place, piece);
                }
            }
            "contentBlockStop" => into.calls.settle_arguments(place),
            "messageStop" => {
                if let Some(reason) = text(of, "stopReason") {
                    into.finish(0, reason);
                }
            }
            "metadata" => into.recount(self.counts(of)),
            // `modelStreamErrorException` and the like.
            event if event.ends_with("Exception") => into.end(),
            _ => {}
        }
    }
}
