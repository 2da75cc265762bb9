//! OpenAI's chat completions, which most other providers and local servers speak too.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{
    arguments, as_count, as_list, as_text, count, list, of_type, read, text, typed,
};
use crate::model::response::ToolCall;
use crate::model::streamed::{CallPiece, Place, StreamedResponse};

pub(super) struct Chat;

fn index(of: &Value) -> Option<u64> {
    count(of, "index")
}

/// The choice that counts as the answer.
fn first(body: &Value) -> Option<&Value> {
    list(body, "choices")
        .iter()
        .min_by_key(|choice| index(choice).unwrap_or(0))
}

/// A message, or what a chunk adds to it.
struct Message<'a> {
    content: Option<&'a Value>,
    refusal: Option<&'a Value>,
    reasoning: [Option<&'a Value>; 2],
    tool_calls: &'a [Value],
    function_call: Option<&'a Value>,
}

impl<'a> Message<'a> {
    fn of(message: &'a Value) -> Self {
        let [content, refusal, tool_calls, function_call, reasoning @ ..] = read(
            message,
            [
                "content",
                "refusal",
                "tool_calls",
                "function_call",
                "reasoning_content",
                "reasoning",
            ],
        );
        Self {
            content,
            refusal,
            reasoning,
            tool_calls: as_list(tool_calls),
            function_call,
        }
    }

    /// A text, or a list of parts; and the refusal that stands in its place.
    ///
    /// Handed on one by one: nearly always there is one text, and a chunk has to be cheap.
    fn said(&self, mut say: impl FnMut(&'a str)) {
        match as_text(self.content) {
            Some(text) => say(text),
            None => {
                let parts = of_type(as_list(self.content), "text");
                parts
                    .filter_map(|part| text(part, "text"))
                    .for_each(&mut say);
            }
        }
        if let Some(refusal) = as_text(self.refusal) {
            say(refusal);
        }
    }

    /// DeepSeek and vLLM write `reasoning_content`, OpenRouter and Groq `reasoning`, some both with
    /// the same text; Mistral has parts of the content for it.
    fn thought(&self, mut think: impl FnMut(&'a str)) {
        let [one, other] = self.reasoning;
        if let Some(beside) = as_text(one).or_else(|| as_text(other)) {
            return think(beside);
        }
        let parts = of_type(as_list(self.content), "thinking");
        parts
            .flat_map(|part| typed(part, "thinking", "text"))
            .filter_map(|part| text(part, "text"))
            .for_each(think);
    }
}

/// xAI counts the reasoning beside the completion; only its total shows that.
pub(super) fn counts(counts: Counts, total: Option<u64>) -> Counts {
    let parts = [counts.input, counts.output, counts.reasoning];
    let all = parts.into_iter().flatten().fold(0, u64::saturating_add);
    let has_reasoning = counts.reasoning.is_some_and(|reasoning| reasoning > 0);
    Counts {
        reasoning_is_beside: has_reasoning && total == Some(all),
        ..counts
    }
}

fn counts_of(usage: Option<&Value>) -> Option<Counts> {
    let usage = usage.filter(|usage| usage.is_object())?;
    let detail = |of, which| usage.get(of).and_then(|details| count(details, which));
    Some(counts(
        Counts {
            input: count(usage, "prompt_tokens"),
            cache_read: detail("prompt_tokens_details", "cached_tokens")
                .or_else(|| count(usage, "prompt_cache_hit_tokens")),
            cache_write: detail("prompt_tokens_details", "cache_write_tokens"),
            output: count(usage, "completion_tokens"),
            reasoning: detail("completion_tokens_details", "reasoning_tokens"),
            ..Counts::default()
        },
        count(usage, "total_tokens"),
    ))
}

/// Of the two kinds of tools; the second takes a text that need not be JSON.
fn callee(call: &Value) -> Option<(&Value, &'static str)> {
    let function = call.get("function").map(|function| (function, "arguments"));
    function.or_else(|| Some((call.get("custom")?, "input")))
}

impl Dialect for Chat {
    fn id<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "id")
    }

    fn model<'a>(&self, body: &'a Value) -> Option<&'a str> {
        text(body, "model")
    }

    fn finish_reasons<'a>(&self, body: &'a Value) -> Vec<Cow<'a, str>> {
        let mut choices: Vec<&Value> = list(body, "choices").iter().collect();
        choices.sort_by_key(|choice| index(choice).unwrap_or(0));
        let reasons = choices
            .into_iter()
            .filter_map(|choice| text(choice, "finish_reason"));
        reasons.map(Cow::Borrowed).collect()
    }

    fn counts(&self, body: &Value) -> Option<Counts> {
        counts_of(body.get("usage"))
    }

    fn text<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let Some(choice) = first(body) else {
            return Vec::new();
        };
        match choice.get("message") {
            Some(message) => {
                let mut texts = Vec::new();
                Message::of(message).said(|text| texts.push(text));
                texts
            }
            None => text(choice, "text").into_iter().collect(),
        }
    }

    fn reasoning<'a>(&self, body: &'a Value) -> Vec<&'a str> {
        let message = first(body).and_then(|choice| choice.get("message"));
        let mut texts = Vec::new();
        if let Some(message) = message {
            Message::of(message).thought(|text| texts.push(text));
        }
        texts
    }

    fn tool_calls<'a>(&self, body: &'a Value) -> Vec<ToolCall<'a>> {
        let Some(message) = first(body).and_then(|choice| choice.get("message")) else {
            return Vec::new();
        };
        let calls = list(message, "tool_calls").iter().filter_map(|call| {
            let (callee, field) = callee(call)?;
            let name = text(callee, "name")?;
            Some(ToolCall::of(
                text(call, "id"),
                name,
                arguments(callee.get(field)),
            ))
        });
        let mut calls: Vec<ToolCall<'a>> = calls.collect();
        // What tool calls were before they had ids.
        calls.extend(message.get("function_call").and_then(|call| {
            let arguments = arguments(call.get("arguments"));
            Some(ToolCall::of(None, text(call, "name")?, arguments))
        }));
        calls
    }
}

/// A chunk of a stream, its fields found in one pass.
pub(super) struct Chunk<'a> {
    kind: Option<&'a Value>,
    id: Option<&'a str>,
    model: Option<&'a str>,
    usage: Option<&'a Value>,
    choices: &'a [Value],
    /// The only one, as nearly all chunks have it.
    only: Option<Choice<'a>>,
}

/// One of the choices, likewise.
struct Choice<'a> {
    number: u64,
    delta: Option<&'a Value>,
    message: Option<&'a Value>,
    text: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Choice<'a> {
    fn of(choice: &'a Value) -> Self {
        let [number, delta, message, text, reason] = read(
            choice,
            ["index", "delta", "message", "text", "finish_reason"],
        );
        Self {
            number: as_count(number).unwrap_or(0),
            delta,
            message,
            text: as_text(text),
            reason: as_text(reason),
        }
    }

    fn gather(&self, into: &mut StreamedResponse) {
        into.choice(self.number);
        // Some servers end with the whole message in place of the last delta.
        if let Some(delta) = self.delta.or(self.message) {
            gather_delta(self.number, &Message::of(delta), into);
        } else if let Some(text) = self.text {
            into.say(Place(self.number, 0, 0), text);
        }
        if let Some(reason) = self.reason {
            into.finish(self.number, reason);
        }
    }
}

impl<'a> Chunk<'a> {
    pub(super) fn of(chunk: &'a Value) -> Self {
        let [kind, id, model, usage, choices] =
            read(chunk, ["type", "id", "model", "usage", "choices"]);
        let choices = as_list(choices);
        let only = match choices {
            [only] => Some(Choice::of(only)),
            _ => None,
        };
        Self {
            kind,
            id: as_text(id),
            model: as_text(model),
            usage,
            choices,
            only,
        }
    }

    /// As nearly all chunks are; no other dialect has such.
    pub(super) fn is_of_deltas(&self) -> bool {
        let is_delta = |delta: Option<&Value>| delta.is_some_and(Value::is_object);
        self.kind.is_none()
            && match (&self.only, self.choices) {
                (Some(only), _) => is_delta(only.delta),
                (None, choices) => {
                    !choices.is_empty() && choices.iter().all(|it| is_delta(it.get("delta")))
                }
            }
    }

    pub(super) fn gather(&self, into: &mut StreamedResponse) {
        into.name(self.id, self.model);
        if let Some(counts) = counts_of(self.usage) {
            into.count(counts);
        }
        match &self.only {
            Some(only) => only.gather(into),
            None => {
                let choices = self.choices.iter().map(Choice::of);
                choices.for_each(|choice| choice.gather(into));
            }
        }
    }
}

fn gather_delta(choice: u64, delta: &Message<'_>, into: &mut StreamedResponse) {
    delta.said(|piece| into.say(Place(choice, 0, 0), piece));
    delta.thought(|piece| into.think(Place(choice, 0, 0), piece));
    for (position, call) in (0_u64..).zip(delta.tool_calls) {
        let callee = callee(call);
        let name = callee.and_then(|(callee, _)| text(callee, "name"));
        let piece = callee.map(|(callee, field)| arguments(callee.get(field)));
        into.call(CallPiece {
            place: Place(choice, 0, index(call).unwrap_or(position)),
            id: text(call, "id"),
            name,
            arguments: piece.as_deref().unwrap_or(""),
        });
    }
    if let Some(call) = delta.function_call.filter(|call| call.is_object()) {
        into.call(CallPiece {
            place: Place(choice, 1, 0),
            id: None,
            name: text(call, "name"),
            arguments: &arguments(call.get("arguments")),
        });
    }
}
