//! OpenAI's responses.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{arguments, count, list, text, typed};
use crate::model::response::ToolCall;
use crate::model::streamed::{Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

pub(super) struct Responses;

/// The two kinds of tools that the application calls, with the field of their arguments.
fn call(item: &Value) -> Option<&'static str> {
    match text(item, "type")? {
        "function_call" => Some("arguments"),
        "custom_tool_call" => Some("input"),
        _ => None,
    }
}

fn calls(body: &Value) -> impl Iterator<Item = (&Value, &'static str)> {
    list(body, "output")
        .iter()
        .filter_map(|item| Some((item, call(item)?)))
}

/// The content of a reasoning item comes after its summary.
pub(super) const CONTENT: u64 = 1 << 32;

impl Dialect for Responses {
    fn id<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "id")
    }

    fn model<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "model")
    }

    /// A response has a status and no reason; the words for it are those of the same provider's
    /// chat completions.
    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>> {
        let reason = match text(body, "status") {
            Some("completed") if calls(body).next().is_some() => "tool_calls",
            Some("completed") => "stop",
            Some("incomplete") => match body.get("incomplete_details") {
                Some(details) => match text(details, "reason") {
                    Some("max_output_tokens") => "length",
                    Some(reason) => reason,
                    None => "incomplete",
                },
                None => "incomplete",
            },
            Some("failed") => "error",
            Some("cancelled") => "cancelled",
            _ => return Vec::new(),
        };
        vec![Cow::Borrowed(reason)]
    }

    fn counts(&self, body: &Value) -> Option<Counts> {
        let usage = body.get("usage").filter(|usage| usage.is_object())?;
        let detail = |of, which| usage.get(of).and_then(|details| count(details, which));
        Some(Counts {
            input: count(usage, "input_tokens"),
            cache_read: detail("input_tokens_details", "cached_tokens"),
            cache_write: detail("input_tokens_details", "cache_write_tokens"),
            output: count(usage, "output_tokens"),
            reasoning: detail("output_tokens_details", "reasoning_tokens"),
            ..Counts::default()
        })
    }

    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let messages = typed(body, "output", "message");
        let parts = messages.flat_map(|message| list(message, "content"));
        parts
            .filter_map(|part| match text(part, "type")? {
                "output_text" => text(part, "text"),
                "refusal" => text(part, "refusal"),
                _ => None,
            })
            .collect()
    }

    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let items = typed(body, "output", "reasoning");
        let parts = items.flat_map(|item| {
            let summary = typed(item, "summary", "summary_text");
            summary.chain(typed(item, "content", "reasoning_text"))
        });
        parts.filter_map(|part| text(part, "text")).collect()
    }

    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>> {
        let calls = calls(body).filter_map(|(item, field)| {
            let id = text(item, "call_id");
            Some(ToolCall::of(
                id,
                text(item, "name")?,
                arguments(item.get(field)),
            ))
        });
        calls.collect()
    }
}

impl Responses {
    pub(super) fn gather(&self, event: &Value, into: &mut StreamedResponse) {
        let output = count(event, "output_index").unwrap_or(0);
        let part = count(event, "content_index").unwrap_or(0);
        let text_place = Place(0, output, part);
        let call_place = Place(0, output, 0);
        let delta = text(event, "delta").unwrap_or("");
        let event_type = text(event, "type").unwrap_or("");
        match event_type {
            "response.created" => {
                into.begin();
                into.choice(0);
                if let Some(response) = event.get("response") {
                    into.name(self.id(response), self.model(response));
                }
            }
            "response.output_text.delta" | "response.refusal.delta" => into.say(text_place, delta),
            "response.reasoning_summary_text.delta" => {
                let part = count(event, "summary_index").unwrap_or(0);
                into.think(Place(0, output, part), delta);
            }
            "response.reasoning_text.delta" => {
                into.think(Place(0, output, CONTENT.saturating_add(part)), delta);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                into.calls.add_arguments(call_place, delta);
            }
            "response.output_item.added" | "response.output_item.done" => {
                let item = event.get("item").and_then(|item| Some((item, call(item)?)));
                if let Some((item, field)) = item {
                    into.call(CallPiece {
                        place: call_place,
                        id: text(item, "call_id"),
                        name: text(item, "name"),
                        arguments: "",
                    });
                    // All of them at last, and nothing at first.
                    if let Some(all) = text(item, field) {
                        into.calls.say_arguments(call_place, all);
                    }
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                if let Some(response) = event.get("response") {
                    self.gather_last(response, into);
                }
                // The event is as good as a status; without either a failure is one all the same.
                if event_type == "response.completed" && into.is_open() {
                    into.finish(0, "stop");
                }
                into.end();
            }
            _ => {}
        }
    }

    /// The last event has the whole response again. Some proxies leave its output out: then what
    /// came before stays.
    fn gather_last(&self, response: &Value, into: &mut StreamedResponse) {
        if list(response, "output").is_empty() {
            into.name(self.id(response), self.model(response));
            into.recount(self.counts(response));
            let called = !into.calls.is_empty();
            for reason in self.finish_reasons(response) {
                let stopped = called && reason == "stop";
                into.finish(0, if stopped { "tool_calls" } else { &reason });
            }
        } else {
            into.whole(self, response);
        }
    }
}
