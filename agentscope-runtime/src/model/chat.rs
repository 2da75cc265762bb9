//! OpenAI's chat completions, which most other providers and local servers speak too.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::counts::Counts;
use crate::model::dialect::Dialect;
use crate::model::fields::{arguments, as_count, count, list, of_type, text, typed};
use crate::model::response::ToolCall;
use crate::model::streamed::{Place, StreamedResponse};
use crate::model::streamed_calls::CallPiece;

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

/// A message, or what a chunk adds to it. An empty text is none.
#[derive(Default)]
struct Message<'a> {
    content: Option<&'a str>,
    /// Of the content, where that is no text.
    parts: &'a [Value],
    refusal: Option<&'a str>,
    reasoning: Option<&'a str>,
    tool_calls: &'a [Value],
    function_call: Option<&'a Value>,
}

impl<'a> Message<'a> {
    #[inline(always)]
    fn of(message: &'a Value) -> Self {
        let mut read = Self::default();
        let Value::Object(fields) = message else {
            return read;
        };
        for (field, value) in fields {
            match value {
                Value::String(text) if !text.is_empty() => match field.as_str() {
                    "content" => read.content = Some(text),
                    "refusal" => read.refusal = Some(text),
                    // DeepSeek and vLLM write the first, OpenRouter and Groq the second, some both
                    // with the same text.
                    "reasoning_content" => read.reasoning = Some(text),
                    "reasoning" => read.reasoning = read.reasoning.or(Some(text)),
                    _ => {}
                },
                Value::Array(elements) => match field.as_str() {
                    "content" => read.parts = elements,
                    "tool_calls" => read.tool_calls = elements,
                    _ => {}
                },
                Value::Object(_) if field == "function_call" => read.function_call = Some(value),
                _ => {}
            }
        }
        read
    }

    /// A text, or a list of parts; and the refusal that stands in its place.
    ///
    /// Handed on one by one: nearly always there is one text, and a chunk has to be cheap.
    fn said(&self, mut say: impl FnMut(&'a str)) {
        match self.content {
            Some(text) => say(text),
            None => {
                let parts = of_type(self.parts, "text");
                parts
                    .filter_map(|part| text(part, "text"))
                    .for_each(&mut say);
            }
        }
        if let Some(refusal) = self.refusal {
            say(refusal);
        }
    }

    /// Beside the content, or in parts of it, as Mistral has it.
    fn thought(&self, mut think: impl FnMut(&'a str)) {
        if let Some(beside) = self.reasoning {
            return think(beside);
        }
        let parts = of_type(self.parts, "thinking");
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

/// A chunk of a stream.
///
/// An answer has many, each with a word of it, so each is read in one pass, and inlined: to hand on
/// what was read takes as long as to read it. The kind of a value is looked at before the name of its
/// field: that lies elsewhere in memory, and most fields are numbers or `null`.
#[derive(Default)]
pub(super) struct Chunk<'a> {
    has_type: bool,
    id: Option<&'a str>,
    model: Option<&'a str>,
    usage: Option<&'a Value>,
    choices: &'a [Value],
    /// The only one, as nearly all chunks have it.
    only: Option<Choice<'a>>,
}

/// One of the choices, likewise.
#[derive(Default)]
struct Choice<'a> {
    number: u64,
    delta: Option<&'a Value>,
    message: Option<&'a Value>,
    text: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Choice<'a> {
    #[inline(always)]
    fn of(choice: &'a Value) -> Self {
        let mut read = Self::default();
        let Value::Object(fields) = choice else {
            return read;
        };
        for (field, value) in fields {
            match value {
                Value::Number(_) if field == "index" => {
                    read.number = as_count(Some(value)).unwrap_or(0);
                }
                Value::Object(_) if field == "delta" => read.delta = Some(value),
                Value::Object(_) if field == "message" => read.message = Some(value),
                Value::String(text) if !text.is_empty() => match field.as_str() {
                    "text" => read.text = Some(text),
                    "finish_reason" => read.reason = Some(text),
                    _ => {}
                },
                _ => {}
            }
        }
        read
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
    /// `is_named` says that the id and the model of the answer are known.
    #[inline(always)]
    pub(super) fn of(chunk: &'a Value, is_named: bool) -> Self {
        let mut read = Self::default();
        let Value::Object(fields) = chunk else {
            return read;
        };
        for (field, value) in fields {
            match value {
                Value::Array(elements) if field == "choices" => read.choices = elements,
                Value::Object(_) if field == "usage" => read.usage = Some(value),
                Value::String(_) if field == "type" => read.has_type = true,
                Value::String(text) if !is_named && !text.is_empty() => match field.as_str() {
                    "id" => read.id = Some(text),
                    "model" => read.model = Some(text),
                    _ => {}
                },
                _ => {}
            }
        }
        if let [only] = read.choices {
            read.only = Some(Choice::of(only));
        }
        read
    }

    /// As nearly all chunks are; no other dialect has such.
    pub(super) fn is_of_deltas(&self) -> bool {
        let is_delta = |choice: &Value| choice.get("delta").is_some_and(Value::is_object);
        !self.has_type
            && match (&self.only, self.choices) {
                (Some(only), _) => only.delta.is_some(),
                (None, choices) => !choices.is_empty() && choices.iter().all(is_delta),
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
    if let Some(call) = delta.function_call {
        into.call(CallPiece {
            place: Place(choice, 1, 0),
            id: None,
            name: text(call, "name"),
            arguments: &arguments(call.get("arguments")),
        });
    }
}
