//! Gemini's `generateContent`, on Vertex too.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{arguments, count, list, text};
use crate::model::response::ToolCall;
use crate::model::streamed::{Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

pub(super) struct Gemini;

fn index(of: &Value) -> Option<u64> {
    count(of, "index")
}

fn parts(candidate: &Value) -> &[Value] {
    candidate
        .get("content")
        .map_or(&[], |content| list(content, "parts"))
}

fn first(body: &Value) -> &[Value] {
    let candidates = list(body, "candidates").iter();
    candidates
        .min_by_key(|candidate| index(candidate).unwrap_or(0))
        .map_or(&[], parts)
}

fn is_thought(part: &Value) -> bool {
    part.get("thought").and_then(Value::as_bool) == Some(true)
}

fn call(part: &Value) -> Option<ToolCall<'_>> {
    let call = part.get("functionCall")?;
    let arguments = match call.get("args") {
        None | Some(Value::Null) => Cow::Borrowed("{}"),
        args => arguments(args),
    };
    Some(ToolCall::of(
        text(call, "id"),
        text(call, "name")?,
        arguments,
    ))
}

impl Dialect for Gemini {
    fn id<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "responseId")
    }

    fn model<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "modelVersion")
    }

    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>> {
        let mut candidates: Vec<&Value> = list(body, "candidates").iter().collect();
        candidates.sort_by_key(|candidate| index(candidate).unwrap_or(0));
        let reasons = candidates
            .into_iter()
            .filter_map(|candidate| text(candidate, "finishReason"));
        reasons.map(Cow::Borrowed).collect()
    }

    /// Thoughts, and what tools of the provider put into the prompt, are counted beside the rest.
    fn counts(&self, body: &Value) -> Option<Counts> {
        let usage = body
            .get("usageMetadata")
            .filter(|usage| usage.is_object())?;
        let prompt = count(usage, "promptTokenCount");
        let of_tools = count(usage, "toolUsePromptTokenCount");
        let input = [prompt, of_tools].into_iter().flatten();
        Some(Counts {
            input: input.reduce(u64::saturating_add),
            cache_read: count(usage, "cachedContentTokenCount"),
            cache_write: None,
            // All of it may have been thought.
            output: count(usage, "candidatesTokenCount")
                .or_else(|| count(usage, "thoughtsTokenCount").map(|_| 0)),
            reasoning: count(usage, "thoughtsTokenCount"),
            cache_is_beside: false,
            reasoning_is_beside: true,
        })
    }

    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let said = first(body).iter().filter(|part| !is_thought(part));
        said.filter_map(|part| text(part, "text")).collect()
    }

    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let thought = first(body).iter().filter(|part| is_thought(part));
        thought.filter_map(|part| text(part, "text")).collect()
    }

    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>> {
        first(body).iter().filter_map(call).collect()
    }
}

impl Gemini {
    pub(super) fn gather(&self, chunk: &Value, into: &mut StreamedResponse) {
        into.name(self.id(chunk), self.model(chunk));
        if let Some(counts) = self.counts(chunk) {
            into.count(counts);
        }
        for candidate in list(chunk, "candidates") {
            let number = index(candidate).unwrap_or(0);
            into.choice(number);
            for part in parts(candidate) {
                if let Some(call) = call(part) {
                    // They come whole, and have no index.
                    let place = Place(number, 0, into.calls.len());
                    into.call(CallPiece {
                        place,
                        id: call.id.as_deref(),
                        name: Some(&call.name),
                        arguments: &call.arguments,
                    });
                } else if let Some(text) = text(part, "text") {
                    if is_thought(part) {
                        into.think(Place(number, 0, 0), text);
                    } else {
                        into.say(Place(number, 0, 0), text);
                    }
                }
            }
            if let Some(reason) = text(candidate, "finishReason") {
                into.finish(number, reason);
            }
        }
    }
}
